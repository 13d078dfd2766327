/** Positions of a batch, padding included: where texts are long a batch has fewer of them. */
const largestPositions = 32_768;

/**
 * Cuts an order of texts into batches of at most `size`; neighbours should be of like length, since each is padded to the longest.
 *
 * @param order places of texts
 * @param lengthOf words of the text at a place
 */
export function* cutIntoBatches(
  order: readonly number[],
  lengthOf: (place: number) => number,
  size: number,
): Generator<number[]> {
  let batch: number[] = [];
  let longest = 0;
  for (const place of order) {
    longest = Math.max(longest, lengthOf(place));
    if (batch.length === size || (batch.length > 0 && (batch.length + 1) * longest > largestPositions)) {
      yield batch;
      batch = [];
      longest = lengthOf(place);
    }
    batch.push(place);
  }
  if (batch.length > 0) yield batch;
}

/** The places 0…count − 1, shortest text first. */
export function byLength(count: number, lengthOf: (place: number) => number): number[] {
  return Array.from({ length: count }, (_, place) => place).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
}
