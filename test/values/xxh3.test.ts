/** XXH3 beside the hashes that the xxHash library gives. */
import { expect, it } from "vitest";
import { bytes } from "../../src/bytes.js";
import { xxh3 } from "../../src/values/xxh3.js";

/** So many bytes that follow no simple pattern. */
function sample(length: number): string {
  return Array.from({ length }, (_, at) =>
    String.fromCharCode((at * at * 31 + at * 7 + length) & 255),
  ).join("");
}

it.each([
  ["", "2d06800538d394c2"],
  ["foo", "ab6e5f64077e7d8a"],
  ["test", "9ec9f7918d7dfc40"],
  ["hello", "9555e8555c62dcfd"],
  ["Hello world", "b6acb9d84a38ff74"],
  ["Hello, Dragonfly!", "063b4909128e92b7"],
])("hashes %j as published", (text, hash) => {
  expect(xxh3(bytes(text))).toBe(hash);
});

it.each([
  [1, "e12ef9d2eb86ceeb"],
  [2, "a33e1c7fc1a42992"],
  [3, "b7391e018153d37a"],
  [4, "43de45b7450a6563"],
  [5, "5d0bd67d04ae3bc7"],
  [7, "fb8ff72eae9e7ad3"],
  [8, "bcb3564ea273195d"],
  [9, "388f1dab6e174f79"],
  [12, "9fb5eff74765834f"],
  [15, "6169cd0961ed52e2"],
  [16, "9a9a7c8af11cb0d1"],
  [17, "6331a7347274566f"],
  [31, "603e2d97d60d8af9"],
  [32, "26f5ecf3b5e3795f"],
  [33, "97cd7e08485b9c83"],
  [63, "f2dabbe06ca020a5"],
  [64, "c385ca247153fb3a"],
  [65, "4ecc6a1744207b87"],
  [96, "ac2e0de4f5de9574"],
  [97, "6122cacffd446c94"],
  [127, "d8a0e7a2407a69f2"],
  [128, "4388a1a31a919c42"],
  [129, "619dc1115e4d15ad"],
  [143, "a801c8f96c00970e"],
  [144, "a5cef26654176961"],
  [200, "1c2ac37d7affbb9e"],
  [239, "0d03b01adca3a942"],
  [240, "880604936179a23b"],
  [241, "f6eccceb68535f08"],
  [255, "9190c6b90ce4d274"],
  [256, "2d280775d960610d"],
  [257, "ad05b9fa8128a737"],
  [511, "66623f9c0d1c0a8a"],
  [512, "fe3a26d773c8f1d4"],
  [513, "0dfd8f429d728809"],
  [1023, "a2db9448f83be699"],
  [1024, "df9de2ebc1670ac5"],
  [1025, "f14ff968d7318f7f"],
  [1087, "c4900ae85820a3c3"],
  [1088, "0605bd30c7c6d273"],
  [2047, "8e9e821dd2a2c89e"],
  [2048, "e682c86a164dc990"],
  [2049, "e3fa7f9c67da3ae5"],
  [4096, "070a88f23e47edf7"],
  [10000, "402b0b9140b9bd0b"],
  [100001, "9de6d96c3527c41a"],
])("hashes %i bytes as the library does", (length, hash) => {
  expect(xxh3(bytes(sample(length)))).toBe(hash);
});
