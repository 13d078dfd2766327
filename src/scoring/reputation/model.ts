import { specialRows, type Vocabulary } from './vocabulary.ts';

/** The shape of the convolutional classifier. */
export interface Architecture {
  /** How many numbers describe a word. */
  dimension: number;
  /** How many words a filter looks at together; there are filters of each width. */
  widths: readonly number[];
  /** The number of filters of each width. */
  filters: number;
}

/** The filters of one width. */
export interface Filters<T> {
  width: number;
  /** `[width, dimension, filters]` */
  kernel: T;
  /** `[filters]` */
  bias: T;
}

/** What training finds; `T` is a tensor during training and an array afterwards. */
export interface Weights<T> {
  /** `[words + specialRows, dimension]` */
  embedding: T;
  filters: readonly Filters<T>[];
  /** `[widths × filters, 1]` */
  output: T;
  /** `[1]` */
  outputBias: T;
}

/** All of a model's weights in a fixed order, with names for messages and files. */
export function listWeights<T>(weights: Weights<T>): [name: string, value: T][] {
  return [
    ['embedding', weights.embedding],
    ...weights.filters.flatMap(({ width, kernel, bias }): [string, T][] => [
      [`kernel${width}`, kernel],
      [`bias${width}`, bias],
    ]),
    ['output', weights.output],
    ['outputBias', weights.outputBias],
  ];
}

/** The shapes of a model's weights. */
export function shapes(architecture: Architecture, words: number): Weights<number[]> {
  const { dimension, widths, filters } = architecture;
  return {
    embedding: [words + specialRows, dimension],
    filters: widths.map((width) => ({ width, kernel: [width, dimension, filters], bias: [filters] })),
    output: [widths.length * filters, 1],
    outputBias: [1],
  };
}

/** Applies a function to every weight and keeps their structure; names are those of {@link listWeights}. */
export function mapWeights<T, U>(weights: Weights<T>, map: (value: T, name: string) => U): Weights<U> {
  return {
    embedding: map(weights.embedding, 'embedding'),
    filters: weights.filters.map(({ width, kernel, bias }) => ({
      width,
      kernel: map(kernel, `kernel${width}`),
      bias: map(bias, `bias${width}`),
    })),
    output: map(weights.output, 'output'),
    outputBias: map(weights.outputBias, 'outputBias'),
  };
}

/**
 * A trained model. The weights up to the pooling are whole numbers of `unit`s, small enough for every sum of them to be
 * exact in 32-bit floating point, so a text's probability depends only on the text, not on its batch or the machine.
 */
export interface Model {
  architecture: Architecture;
  vocabulary: Vocabulary;
  /** How many words of a text are read. */
  length: number;
  weights: Weights<Float32Array>;
  /** The value of a pooled feature of 1. */
  unit: number;
}
