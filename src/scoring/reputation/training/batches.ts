/** The most positions in a batch, including padding: where texts are long, a batch has fewer of them. */
const largestPositions = 32_768;

/**
 * Cuts a sequence of texts into batches of at most `size`. Neighbours should have similar lengths, since all are padded
 * to the longest.
 *
 * @param order indexes of texts
 * @param lengthOf number of words of the text at an index
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

/** The indexes 0…count − 1, shortest text first. */
export function byLength(count: number, lengthOf: (place: number) => number): number[] {
  return Array.from({ length: count }, (_, place) => place).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
}
