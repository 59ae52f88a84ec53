/**
 * Searches around a position, after geo.c (georadiusGeneric): GEOSEARCH and the GEORADIUS commands that it replaced. Without ASC and DESC
 * members come in the order of the cells in which they are found.
 */
import type { ByteString } from "../bytes.js";
import { ReplyError, syntaxError } from "../errors.js";
import { ZSET } from "../keyspace/events.js";
import type { Reply } from "../reply.js";
import {
  asSigned,
  decode,
  distanceWithin,
  searchRanges,
  type Position,
  type Shape,
} from "../values/geohash.js";
import { SortedSet } from "../values/sorted-set.js";
import type { Args } from "./args.js";
import {
  command,
  firstKey,
  firstTwoKeys,
  type CommandTable,
  type Context,
  type Handler,
} from "./command.js";
import { fourDecimals, position, positionReply, unit } from "./geo.js";
import { float, index } from "./operands.js";

/** Which of the commands: how its centre and shape are given, and where its results go. */
interface Variant {
  readonly from: "coordinates" | "member" | "options";
  /** Whether it may store: by an option, or as its first argument says. */
  readonly store: "never" | "option" | "always";
}

export const geoSearchCommands = {
  /** `GEORADIUS key longitude latitude radius M | KM | FT | MI [option …] [STORE key | STOREDIST key]`, as GEOSEARCH. */
  georadius: command(
    -6,
    ["write", "denyoom", "movablekeys"],
    firstKey,
    search({ from: "coordinates", store: "option" }),
  ),

  /** `GEORADIUS_RO key longitude latitude radius unit [option …]`, as GEORADIUS without STORE. */
  georadius_ro: command(
    -6,
    ["readonly"],
    firstKey,
    search({ from: "coordinates", store: "never" }),
  ),

  /** `GEORADIUSBYMEMBER key member radius unit [option …] [STORE key | STOREDIST key]`, around a member. */
  georadiusbymember: command(
    -5,
    ["write", "denyoom", "movablekeys"],
    firstKey,
    search({ from: "member", store: "option" }),
  ),

  /** `GEORADIUSBYMEMBER_RO key member radius unit [option …]`. */
  georadiusbymember_ro: command(
    -5,
    ["readonly"],
    firstKey,
    search({ from: "member", store: "never" }),
  ),

  /**
   * `GEOSEARCH key FROMMEMBER member | FROMLONLAT longitude latitude BYRADIUS radius unit | BYBOX width height unit [ASC | DESC]
   * [COUNT n [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]` → the members inside; each with what is asked for.
   */
  geosearch: command(-7, ["readonly"], firstKey, search({ from: "options", store: "never" })),

  /** `GEOSEARCHSTORE destination source … [STOREDIST]` → how many members were stored, with their scores or distances. */
  geosearchstore: command(
    -8,
    ["write", "denyoom"],
    firstTwoKeys,
    search({ from: "options", store: "always" }),
  ),
} satisfies CommandTable;

interface Found {
  readonly member: ByteString;
  readonly score: number;
  readonly position: Position;
  /** In metres. */
  readonly distance: number;
}

interface Options {
  readonly order: "ASC" | "DESC" | undefined;
  /** 0 for all. */
  readonly count: number;
  readonly any: boolean;
  readonly withDist: boolean;
  readonly withHash: boolean;
  readonly withCoord: boolean;
  readonly storeKey: ByteString | undefined;
  readonly storeDist: boolean;
}

function search(variant: Variant): Handler {
  return (context, args) => {
    const { db } = context;
    const destination = variant.store === "always" ? args.next() : undefined;
    const set = db.sortedSet(args.next());
    const plan = new Plan(variant, set, destination);
    plan.read(args);
    const { options, shape, metres } = plan.finish(args.name);
    if (set === undefined || shape === undefined) return nothing(context, options.storeKey);

    const order = options.order ?? (options.count > 0 && !options.any ? "ASC" : undefined);
    const found = membersWithin(set, shape, options.any ? options.count : 0);
    if (order !== undefined) {
      const direction = order === "ASC" ? 1 : -1;
      found.sort((a, b) => direction * (a.distance - b.distance));
    }
    const chosen = options.count > 0 ? found.slice(0, options.count) : found;
    if (options.storeKey !== undefined) {
      const event = variant.store === "always" ? "geosearchstore" : "georadiusstore";
      return store(
        context,
        options.storeKey,
        chosen,
        options.storeDist ? metres : undefined,
        event,
      );
    }
    return chosen.map((each) => reply(each, options, metres));
  };
}

function nothing({ db }: Context, storeKey: ByteString | undefined): Reply {
  if (storeKey === undefined) return [];
  db.delete(storeKey);
  return 0;
}

function membersWithin(set: SortedSet, shape: Shape, limit: number): Found[] {
  const found: Found[] = [];
  for (const [start, end] of searchRanges(shape)) {
    const range = set.scoreRange(
      { value: start, exclusive: false },
      { value: end, exclusive: true },
    );
    set.forEach(range, (member, score) => {
      if (limit > 0 && found.length >= limit) return;
      const place = decode(score);
      const metres = distanceWithin(shape, place);
      if (metres !== undefined) found.push({ member, score, position: place, distance: metres });
    });
    if (limit > 0 && found.length >= limit) break;
  }
  return found;
}

function store(
  { db }: Context,
  key: ByteString,
  found: readonly Found[],
  metres: number | undefined,
  event: string,
): Reply {
  const scores = new Map(
    found.map(({ member, score, distance }) => [
      member,
      metres === undefined ? score : distance / metres,
    ]),
  );
  return db.store(key, SortedSet.of(scores), event, ZSET);
}

function reply(
  { member, score, position: place, distance }: Found,
  options: Options,
  metres: number,
): Reply {
  const details: Reply[] = [];
  if (options.withDist) details.push(fourDecimals(distance / metres));
  if (options.withHash) details.push(whole(score));
  if (options.withCoord) details.push(positionReply(place));
  return details.length === 0 ? member : [member, ...details];
}

/** A score as an integer. */
function whole(score: number): number | bigint {
  const integer = asSigned(score);
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
}

/** What a search's arguments come to, read in Redis's order. */
class Plan {
  readonly #variant: Variant;
  readonly #set: SortedSet | undefined;
  #center: Position | undefined;
  /** Whether a centre was named, though without a key it is not looked up. */
  #from: "member" | "lonlat" | undefined;
  #extent:
    { readonly radius: number } | { readonly width: number; readonly height: number } | undefined;
  #metres = 1;
  readonly #options: { -readonly [Name in keyof Options]: Options[Name] };

  constructor(variant: Variant, set: SortedSet | undefined, destination: ByteString | undefined) {
    this.#variant = variant;
    this.#set = set;
    this.#options = {
      order: undefined,
      count: 0,
      any: false,
      withDist: false,
      withHash: false,
      withCoord: false,
      storeKey: destination,
      storeDist: false,
    };
  }

  read(args: Args): void {
    const { from } = this.#variant;
    if (from === "coordinates") {
      this.#center = position(args);
      this.#radius(args);
    } else if (from === "member") {
      const member = args.next();
      if (this.#set === undefined) args.take(2);
      else {
        this.#center = this.#positionOf(member);
        this.#radius(args);
      }
    }
    while (args.more()) this.#option(args);
  }

  finish(name: ByteString): {
    readonly options: Options;
    readonly shape: Shape | undefined;
    readonly metres: number;
  } {
    const { storeKey, withDist, withHash, withCoord, any, count } = this.#options;
    const { from, store: storing } = this.#variant;
    if (storeKey !== undefined && (withDist || withHash || withCoord)) {
      const what = storing === "always" ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS";
      throw new ReplyError(
        `ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`,
      );
    }
    if (from === "options" && this.#from === undefined) {
      throw new ReplyError(
        `ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`,
      );
    }
    if (from === "options" && this.#extent === undefined) {
      throw new ReplyError(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`);
    }
    if (any && count === 0) throw new ReplyError("ERR the ANY argument requires COUNT argument");
    const [center, extent] = [this.#center, this.#extent];
    const shape = center === undefined || extent === undefined ? undefined : { center, ...extent };
    return { options: this.#options, shape, metres: this.#metres };
  }

  #option(args: Args): void {
    const options = this.#options;
    const searching = this.#variant.from === "options";
    const option = args.option();
    if (option === "WITHDIST") options.withDist = true;
    else if (option === "WITHHASH") options.withHash = true;
    else if (option === "WITHCOORD") options.withCoord = true;
    else if (option === "ANY") options.any = true;
    else if (option === "ASC" || option === "DESC") options.order = option;
    else if (option === "COUNT" && args.more()) this.#count(args);
    else if (this.#variant.store === "option" && /^STORE(?:DIST)?$/.test(option) && args.more()) {
      options.storeKey = args.next();
      options.storeDist = option === "STOREDIST";
    } else if (this.#variant.store === "always" && option === "STOREDIST") {
      options.storeDist = true;
    } else if (!searching || !this.#place(option, args)) throw syntaxError();
  }

  #count(args: Args): void {
    const count = index(args.next());
    if (count <= 0) throw new ReplyError("ERR COUNT must be > 0");
    this.#options.count = count;
  }

  /** Centre and extent as GEOSEARCH names them; false for any other option. */
  #place(option: string, args: Args): boolean {
    if (option === "FROMMEMBER" && args.more() && this.#from !== "lonlat") {
      const member = args.next();
      if (this.#set !== undefined) this.#center = this.#positionOf(member);
      this.#from = "member";
    } else if (option === "FROMLONLAT" && args.left >= 2 && this.#from !== "member") {
      this.#center = position(args);
      this.#from = "lonlat";
    } else if (option === "BYRADIUS" && args.left >= 2 && !this.#isBox()) this.#radius(args);
    else if (
      option === "BYBOX" &&
      args.left >= 3 &&
      (this.#extent === undefined || this.#isBox())
    ) {
      this.#box(args);
    } else return false;
    return true;
  }

  #isBox(): boolean {
    return this.#extent !== undefined && "width" in this.#extent;
  }

  #radius(args: Args): void {
    const radius = length(args.next(), "radius");
    if (radius < 0) throw new ReplyError("ERR radius cannot be negative");
    this.#metres = unit(args.next());
    this.#extent = { radius: radius * this.#metres };
  }

  #box(args: Args): void {
    const width = length(args.next(), "width");
    const height = length(args.next(), "height");
    if (width < 0 || height < 0) throw new ReplyError("ERR height or width cannot be negative");
    this.#metres = unit(args.next());
    this.#extent = { width: width * this.#metres, height: height * this.#metres };
  }

  #positionOf(member: ByteString): Position {
    const score = this.#set?.score(member);
    if (score === undefined) throw new ReplyError("ERR could not decode requested zset member");
    return decode(score);
  }
}

function length(operand: ByteString, what: string): number {
  return float(operand, () => new ReplyError(`ERR need numeric ${what}`));
}
