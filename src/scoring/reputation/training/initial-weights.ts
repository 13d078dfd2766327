import type { Variable } from '@tensorflow/tfjs-node';
import { Random } from '../../../random.ts';
import { type Architecture, shapes, type Weights } from '../model.ts';
import { tf } from './tensorflow.ts';

/** Small normally distributed numbers for words, He initialisation for filters, biases 0. */
export function initialWeights(architecture: Architecture, words: number, seed: number): Weights<Variable> {
  const random = new Random(seed, 'weights');
  const normal = (shape: number[], deviation: number) => {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    // Box–Muller.
    for (let i = 0; i < values.length; i++)
      values[i] =
        deviation * Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
    return tf.variable(tf.tensor(values, shape));
  };
  const { embedding, filters, output } = shapes(architecture, words);
  return {
    embedding: normal(embedding, 0.05),
    filters: filters.map(({ width, kernel, bias }) => ({
      width,
      kernel: normal(kernel, Math.sqrt(2 / (width * architecture.dimension))),
      bias: tf.variable(tf.zeros(bias)),
    })),
    output: normal(output, Math.sqrt(1 / (output[0] as number))),
    outputBias: tf.variable(tf.zeros([1])),
  };
}
