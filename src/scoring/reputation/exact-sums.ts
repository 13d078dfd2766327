import type { Filters } from './model.ts';

/** Whole numbers up to here, and their sums, are exact in 32-bit floating point. */
export const exactLimit = 2 ** 24;

/**
 * An upper bound on any filter's sum, whatever the words, from the largest absolute value of each embedding dimension.
 */
export function largestSum(
  embedding: Float32Array,
  filters: readonly Filters<Float32Array>[],
  dimension: number,
): number {
  const sizes = new Float64Array(dimension);
  for (let i = 0; i < embedding.length; i++)
    sizes[i % dimension] = Math.max(sizes[i % dimension] as number, Math.abs(embedding[i] as number));
  let largest = 0;
  for (const { kernel, bias } of filters) {
    const count = bias.length;
    for (let filter = 0; filter < count; filter++) {
      let sum = Math.abs(bias[filter] as number);
      for (let i = filter, d = 0; i < kernel.length; i += count, d++)
        sum += Math.abs(kernel[i] as number) * (sizes[d % dimension] as number);
      largest = Math.max(largest, sum);
    }
  }
  return largest;
}
