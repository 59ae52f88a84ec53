/** Jest's `expect` with what it can say of an emulator, and a snapshot's way to write one. */
import { expect } from "@jest/globals";
import { matchers } from "../testing/matchers.js";
import { snapshotSerializer } from "../testing/snapshot-serializer.js";

export function extendExpect(): void {
  expect.extend(matchers);
  expect.addSnapshotSerializer(snapshotSerializer);
}
