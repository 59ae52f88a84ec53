/** SHA-256, as which passwords are kept. */
import { bytes, type ByteString } from "../bytes.js";

const BLOCK = 64;

/** The first 32 bits of the fractions of what `root` takes of the first `count` primes (FIPS 180-4, 4.2.2 and 5.3.3). */
function fractions(count: number, root: (prime: number) => number): Int32Array {
  const found = new Int32Array(count);
  for (let candidate = 2, index = 0; index < count; candidate++) {
    let divisor = 2;
    while (candidate % divisor !== 0) divisor++;
    if (divisor === candidate) found[index++] = ((root(candidate) % 1) * 2 ** 32) | 0;
  }
  return found;
}

let constants: Int32Array | undefined;

/** The digest as 64 hexadecimal digits. */
export function sha256(message: ByteString): ByteString {
  constants ??= fractions(64, Math.cbrt);
  const state = fractions(8, Math.sqrt);
  const schedule = new Int32Array(64);
  const { length } = message;
  const blocks = Math.ceil((length + 9) / BLOCK);
  for (let block = 0; block < blocks; block++) {
    for (let word = 0; word < 16; word++) {
      schedule[word] = wordAt(message, block * BLOCK + word * 4);
    }
    if (block === blocks - 1) {
      schedule[14] = Math.floor(length / 2 ** 29);
      schedule[15] = length << 3;
    }
    addBlock(state, schedule, constants);
  }
  let digest = "";
  for (const word of state) digest += (word >>> 0).toString(16).padStart(8, "0");
  return bytes(digest);
}

/** Four bytes of the padded message: behind its end stand a 1 bit and zeros. */
function wordAt(message: ByteString, at: number): number {
  let word = 0;
  for (let index = at; index < at + 4; index++) {
    const byte =
      index < message.length ? message.charCodeAt(index) : index === message.length ? 0x80 : 0;
    word = (word << 8) | byte;
  }
  return word;
}

function addBlock(state: Int32Array, schedule: Int32Array, added: Int32Array): void {
  for (let index = 16; index < 64; index++) {
    const far = schedule[index - 15] ?? 0;
    const near = schedule[index - 2] ?? 0;
    schedule[index] =
      ((schedule[index - 16] ?? 0) +
        (rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3)) +
        (schedule[index - 7] ?? 0) +
        (rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10))) |
      0;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let index = 0; index < 64; index++) {
    const chosen = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const first =
      (h +
        (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
        chosen +
        (added[index] ?? 0) +
        (schedule[index] ?? 0)) |
      0;
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) {
    state[index] = ((state[index] ?? 0) + word) | 0;
  }
}

/** To the right. */
function rotate(word: number, distance: number): number {
  return (word >>> distance) | (word << (32 - distance));
}
