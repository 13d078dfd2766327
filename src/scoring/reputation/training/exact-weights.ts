import { type Filters, listWeights, type Weights } from '../model.ts';
import { padding } from '../vocabulary.ts';

/** Whole numbers up to here, and their sums, are exact in 32-bit floating point. */
export const exactLimit = 2 ** 24;

/**
 * Rounds everything up to the pooling to whole numbers: embedding and kernels to multiples of powers of two, as fine as
 * possible without any sum exceeding 2^24. Additions are then exact in any order, so a text's features are the same in
 * every batch, with any number of threads and on every machine; the last layer is added up in JavaScript, in a fixed
 * order. Rounding has no measurable cost (docs/decisions/0008).
 *
 * @param weights as trained; `[words, dimension]`, `[width, dimension, filters]`, …
 * @returns the weights as these whole numbers, and the value of a feature of 1
 */
export function exactWeights(
  weights: Weights<Float32Array>,
  dimension: number,
): { weights: Weights<Float32Array>; unit: number } {
  const noWord = weights.embedding.slice();
  noWord.fill(0, padding * dimension, (padding + 1) * dimension);
  for (let bits = Math.floor(Math.log2(exactLimit)) * 2; bits >= 2; bits--) {
    const embeddingUnit = 2 ** -Math.ceil(bits / 2);
    const kernelUnit = 2 ** -Math.floor(bits / 2);
    const unit = embeddingUnit * kernelUnit;
    const embedding = rounded(noWord, embeddingUnit);
    const filters = weights.filters.map(({ width, kernel, bias }) => ({
      width,
      kernel: rounded(kernel, kernelUnit),
      bias: rounded(bias, unit),
    }));
    if (largestSum(embedding, filters, dimension) < exactLimit)
      return { weights: { embedding, filters, output: weights.output, outputBias: weights.outputBias }, unit };
  }
  const largest = listWeights(weights).map(
    ([name, values]) => `${name} ${values.reduce((a, b) => Math.max(a, Math.abs(b)), 0)}`,
  );
  throw new Error(`weights too large to be rounded: ${largest.join(', ')}`);
}

function rounded(values: Float32Array, unit: number): Float32Array {
  return values.map((value) => Math.round(value / unit));
}

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
