// What the measurements share: operations per second, keys and values of a fixed size, and the report to the parent process.

/** Operations per second of `count` calls of `operation(i)`, after a tenth as many to warm up where they change nothing. */
export function rate(count, operation) {
  const start = performance.now();
  for (let i = 0; i < count; i++) operation(i);
  return (count / (performance.now() - start)) * 1000;
}

/** As `rate`, for operations that return promises, one after another. */
export async function asyncRate(count, operation) {
  const start = performance.now();
  for (let i = 0; i < count; i++) await operation(i);
  return (count / (performance.now() - start)) * 1000;
}

/** 16 bytes each, all different, ascending. */
export function keysOf(count) {
  return Array.from({ length: count }, (_, i) => `key:${String(i).padStart(12, "0")}`);
}

/** 64 bytes each, all different. */
export function valuesOf(count) {
  return Array.from({ length: count }, (_, i) => String(i).padStart(64, "v"));
}

/** The numbers below `count` in an order that is the same every time. */
export function shuffled(count) {
  const numbers = Array.from({ length: count }, (_, i) => i);
  let state = 12345;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
  }
  return numbers;
}

/** Hands the figures to bench/main.mjs. */
export function report(figures) {
  console.log(JSON.stringify(figures));
}
