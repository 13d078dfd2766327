import type { Model } from '../../src/scoring/reputation/model.ts';
import { Vocabulary } from '../../src/scoring/reputation/vocabulary.ts';

/** Finds a text good, with p = 1 / (1 + e^−5), if it has the word `bullish`, and else with p = 1 / (1 + e^5). */
export function bullishModel(): Model {
  return {
    architecture: { dimension: 1, widths: [1], filters: 1 },
    vocabulary: new Vocabulary(['bullish', 'the']),
    length: 5,
    unit: 1,
    weights: {
      embedding: Float32Array.of(0, 0, 1, 0),
      filters: [{ width: 1, kernel: Float32Array.of(1), bias: Float32Array.of(0) }],
      output: Float32Array.of(10),
      outputBias: Float32Array.of(-5),
    },
  };
}

/** A model that takes milliseconds for each week: scoring thousands of weeks with it goes on until it is stopped. */
export function slowModel(): Model {
  const filters = 4096;
  const widths = Array.from({ length: 16 }, (_, i) => i + 1);
  return {
    ...bullishModel(),
    architecture: { dimension: 1, widths, filters },
    length: 50,
    weights: {
      ...bullishModel().weights,
      filters: widths.map((width) => ({
        width,
        kernel: new Float32Array(width * filters).fill(1),
        bias: new Float32Array(filters),
      })),
      output: new Float32Array(widths.length * filters),
    },
  };
}
