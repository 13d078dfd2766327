/** A generator of whole numbers in [0, below), the same for the same seed (a 32-bit mix of a counter). */
export function seededRandom(seed: number): (below: number) => number {
  let counter = seed | 0;
  return (below) => {
    counter = (counter + 0x9e3779b9) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % below;
  };
}

/** A shuffled copy, the same for the same seed. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  return items
    .map((item) => ({ item, key: random(2 ** 32) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
