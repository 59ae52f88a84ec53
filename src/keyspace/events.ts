/** Keyspace notifications, after notify.c: the classes of events, how notify-keyspace-events spells them, and where events go. */
import { bytes, type ByteString } from "../bytes.js";

/** Each class's letter and bit. Letters stand in the order in which CONFIG GET writes them. */
const CLASSES = new Map(
  "g$lshzxetdnKEm"
    .split("")
    .map((letter, index): readonly [string, number] => [letter, 1 << index]),
);

export const GENERIC = bit("g");
export const STRING = bit("$");
export const LIST = bit("l");
export const SET = bit("s");
export const HASH = bit("h");
export const ZSET = bit("z");
export const EXPIRED = bit("x");
export const EVICTED = bit("e");
export const STREAM = bit("t");
export const MODULE = bit("d");
export const NEW = bit("n");
export const KEYSPACE = bit("K");
export const KEYEVENT = bit("E");
export const KEY_MISS = bit("m");

/** What the letter A stands for: every class but new keys and misses. */
const ALL = "g$lshzxetd".split("").reduce((classes, letter) => classes | bit(letter), 0);

/** The classes that a text such as `KEA` names; undefined where a letter names none. */
export function parseEvents(letters: string): number | undefined {
  let classes = 0;
  for (const letter of letters) {
    const named = letter === "A" ? ALL : bit(letter);
    if (named === 0) return undefined;
    classes |= named;
  }
  return classes;
}

/** The classes as CONFIG GET writes them; A hides the class of new keys, as in Redis. */
export function formatEvents(classes: number): string {
  const whole = (classes & ALL) === ALL;
  let letters = whole ? "A" : "";
  for (const [letter, flag] of CLASSES) {
    const hidden = whole && flag < KEYSPACE;
    if ((classes & flag) !== 0 && !hidden) letters += letter;
  }
  return letters;
}

/** Hands a message to who listens to the channel. */
export type Publish = (channel: ByteString, message: ByteString) => void;

interface KeyEvent {
  readonly database: number;
  readonly event: string;
  readonly key: ByteString;
}

/** Publishes an event to the key's channel and to the event's own, as the wanted classes say. */
export function publishEvent(
  classes: number,
  publish: Publish,
  { database, event, key }: KeyEvent,
): void {
  const name = bytes(event);
  if ((classes & KEYSPACE) !== 0) publish(bytes(`__keyspace@${database}__:${key}`), name);
  if ((classes & KEYEVENT) !== 0) publish(bytes(`__keyevent@${database}__:${event}`), key);
}

function bit(letter: string): number {
  return CLASSES.get(letter) ?? 0;
}
