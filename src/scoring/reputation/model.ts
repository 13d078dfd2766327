import { specialRows, type Vocabulary } from './vocabulary.ts';

/** The convolutional classifier's make. */
export interface Architecture {
  /** Numbers a word is described by. */
  dimension: number;
  /** Words that a filter looks at together; there are filters of each width. */
  widths: readonly number[];
  /** Filters of each width. */
  filters: number;
}

/** A layer of filters of one width. */
export interface Filters<T> {
  width: number;
  /** `[width, dimension, filters]` */
  kernel: T;
  /** `[filters]` */
  bias: T;
}

/** What training finds; `T` is a tensor while it is at work and an array once it is done. */
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

/** The same for every weight, in the same places; names are those of {@link listWeights}. */
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
 * A trained model. The weights up to the pooling are whole numbers of `unit`s, small enough that every sum of theirs is exact in
 * 32-bit floating point: a text's probability then depends on nothing but the text, whatever its batch and the machine.
 */
export interface Model {
  architecture: Architecture;
  vocabulary: Vocabulary;
  /** Tokens of a text that are read. */
  length: number;
  weights: Weights<Float32Array>;
  /** What a pooled feature of 1 stands for. */
  unit: number;
}
