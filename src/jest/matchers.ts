/** Jest's `expect` with what it can say of an emulator, and a snapshot's way to write one. */
import { expect } from "@jest/globals";
import { matchers, type EmulatorMatchers } from "../testing/matchers.js";
import { snapshotSerializer } from "../testing/snapshot-serializer.js";

declare module "expect" {
  // oxlint-disable-next-line no-empty-object-type, no-unused-vars -- it is merged with Jest's, whose parameters it has to have
  interface Matchers<R extends void | Promise<void>, T> extends EmulatorMatchers<R> {}
}

declare global {
  // oxlint-disable-next-line no-namespace -- the global of @types/jest
  namespace jest {
    // oxlint-disable-next-line no-empty-object-type, no-unused-vars -- as above
    interface Matchers<R, T> extends EmulatorMatchers<R> {}
  }
}

export function extendExpect(): void {
  expect.extend(matchers);
  expect.addSnapshotSerializer(snapshotSerializer);
}
