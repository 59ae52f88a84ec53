/** vitest's `expect` with what it can say of an emulator, and a snapshot's way to write one. */
import { expect } from "vitest";
import { matchers, type EmulatorMatchers } from "../testing/matchers.js";
import { snapshotSerializer } from "../testing/snapshot-serializer.js";

declare module "vitest" {
  // oxlint-disable-next-line no-empty-object-type, no-unused-vars -- it is merged with vitest's, whose parameters it has to have
  interface Assertion<T> extends EmulatorMatchers {}
}

export function extendExpect(): void {
  expect.extend(matchers);
  expect.addSnapshotSerializer(snapshotSerializer);
}
