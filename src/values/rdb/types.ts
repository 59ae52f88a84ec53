/** The numbers by which RDB tells values apart (rdb.h), as far as they are written or read here. */
export const RdbType = {
  string: 0,
  list: 1,
  set: 2,
  zset: 3,
  hash: 4,
  zset2: 5,
  intset: 11,
  streamListpacks: 15,
  hashListpack: 16,
  zsetListpack: 17,
  quicklist2: 18,
  streamListpacks2: 19,
  setListpack: 20,
  streamListpacks3: 21,
  hashMetadata: 24,
  hashListpackEx: 25,
} as const;

/** What stands before a value's type, where it is none. */
export const RdbOpcode = { function2: 245, functionPreGa: 246 } as const;

/** The version of RDB that Redis 8.0 writes. */
export const RDB_VERSION = 12;
