/** Calls of the string, bitmap and HyperLogLog commands. */
import {
  positional,
  flag,
  withOptions,
  withFields,
  deadlines,
  type MethodTable,
} from "./arguments.js";

export const stringMethods: MethodTable = {
  append: positional("key value"),
  decr: positional("key"),
  decrby: positional("key n"),
  get: positional("key"),
  getdel: positional("key"),
  getex: withOptions("key", [...deadlines, flag("persist")]),
  getrange: positional("key n n"),
  getset: positional("key value"),
  incr: positional("key"),
  incrby: positional("key n"),
  incrbyfloat: positional("key n"),
  mget: positional("key..."),
  mset: withFields(0),
  msetnx: withFields(0),
  psetex: positional("key n value"),
  set: withOptions(
    "key value",
    [flag("nx"), flag("xx")],
    [flag("get")],
    [...deadlines, flag("keepTtl")],
  ),
  setex: positional("key n value"),
  setnx: positional("key value"),
  setrange: positional("key n value"),
  strlen: positional("key"),

  bitcount: positional("key n? n?"),
  bitop: positional("and|or|xor|not key key..."),
  bitpos: positional("key n n? n?"),
  getbit: positional("key n"),
  setbit: positional("key n n"),

  pfadd: positional("key element..."),
  pfcount: positional("key..."),
  pfmerge: positional("key key..."),
};
