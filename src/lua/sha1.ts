/** SHA-1, which names scripts. Not for secrets. */
import { bytes, type ByteString } from "../bytes.js";

const BLOCK = 64;

/** The digest as 40 hexadecimal digits. */
export function sha1(message: ByteString): ByteString {
  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const schedule = new Int32Array(80);
  const { length } = message;
  const blocks = Math.ceil((length + 9) / BLOCK);
  for (let block = 0; block < blocks; block++) {
    for (let word = 0; word < 16; word++)
      schedule[word] = wordAt(message, block * BLOCK + word * 4);
    if (block === blocks - 1) {
      schedule[14] = Math.floor(length / 2 ** 29);
      schedule[15] = length << 3;
    }
    addBlock(state, schedule);
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

function addBlock(state: Int32Array, schedule: Int32Array): void {
  for (let index = 16; index < 80; index++) {
    const mixed =
      (schedule[index - 3] ?? 0) ^
      (schedule[index - 8] ?? 0) ^
      (schedule[index - 14] ?? 0) ^
      (schedule[index - 16] ?? 0);
    schedule[index] = rotate(mixed, 1);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let index = 0; index < 80; index++) {
    let mixed = b ^ c ^ d;
    let constant = 0x6ed9eba1;
    if (index < 20) {
      mixed = (b & c) | (~b & d);
      constant = 0x5a827999;
    } else if (index >= 60) constant = 0xca62c1d6;
    else if (index >= 40) {
      mixed = (b & c) | (b & d) | (c & d);
      constant = 0x8f1bbcdc;
    }
    const next = (rotate(a, 5) + mixed + e + constant + (schedule[index] ?? 0)) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  for (const [index, word] of [a, b, c, d, e].entries()) {
    state[index] = ((state[index] ?? 0) + word) | 0;
  }
}

function rotate(word: number, distance: number): number {
  return (word << distance) | (word >>> (32 - distance));
}
