// What the tables are made of.

export function median(numbers) {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}

export function perSecond(rate) {
  return `${Math.round(rate).toLocaleString("en")}/s`;
}
