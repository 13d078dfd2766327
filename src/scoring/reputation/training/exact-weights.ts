import { exactLimit, largestSum } from '../exact-sums.ts';
import { listWeights, type Weights } from '../model.ts';
import { padding } from '../vocabulary.ts';

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
