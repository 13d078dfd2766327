import { million } from './millionths.ts';
import { listWeights, type Model, mapWeights, shapes, type Weights } from './model.ts';
import { batchOf, features } from './network.ts';
import { type Tensor, tf } from './tensorflow.ts';

/** Texts of a batch, and positions of it, padding included. */
const largestBatch = 256;
const batchPositions = 32_768;

/** A model at work. */
export class Classifier implements Disposable {
  readonly #model: Model;
  readonly #weights: Weights<Tensor>;

  constructor(model: Model) {
    this.#model = model;
    const ofShape = new Map(listWeights(shapes(model.architecture, model.vocabulary.words.length)));
    const names = new Map(listWeights(model.weights).map(([name, values]) => [values, name]));
    this.#weights = mapWeights(model.weights, (values) =>
      tf.tensor(values, ofShape.get(names.get(values) as string) as number[]),
    );
  }

  /**
   * How likely each text is a good user's, classes weighted 50:50, in millionths. What a text gets depends on nothing but the
   * text (see exactWeights).
   *
   * @param texts cleaned, see cleanText
   */
  probabilities(texts: readonly string[], batchSize?: number): Int32Array {
    const result = new Int32Array(texts.length);
    for (const { places, values } of this.batches(texts, batchSize))
      for (const [k, place] of places.entries()) result[place] = values[k] as number;
    return result;
  }

  /** As {@link probabilities}, batch by batch; texts of like length share one. `places` are those of `texts`. */
  *batches(
    texts: readonly string[],
    batchSize = largestBatch,
  ): Generator<{ places: readonly number[]; values: Int32Array }> {
    const { vocabulary, length } = this.#model;
    const encoded = texts.map((text) => vocabulary.encode(text, length));
    const order = [...encoded.keys()].sort((a, b) => lengthOf(encoded, a) - lengthOf(encoded, b));
    for (let from = 0; from < order.length; ) {
      let to = from + 1;
      while (
        to < order.length &&
        to - from < batchSize &&
        (to - from + 1) * lengthOf(encoded, order[to] as number) <= batchPositions
      )
        to++;
      const places = order.slice(from, to);
      yield { places, values: this.#batch(places.map((i) => encoded[i] as Int32Array)) };
      from = to;
    }
  }

  #batch(texts: readonly Int32Array[]): Int32Array {
    const { weights, unit, architecture } = this.#model;
    const pooled = tf.tidy(() => features(this.#weights, batchOf(texts, architecture)).dataSync());
    const count = weights.output.length;
    return Int32Array.from(texts, (_, i) => {
      // In 64 bits and always in this order.
      let sum = 0;
      for (let f = 0; f < count; f++) sum += (pooled[i * count + f] as number) * (weights.output[f] as number);
      return Math.round(million / (1 + Math.exp(-(sum * unit + (weights.outputBias[0] as number)))));
    });
  }

  [Symbol.dispose](): void {
    for (const [, tensor] of listWeights(this.#weights)) tensor.dispose();
  }
}

function lengthOf(texts: readonly Int32Array[], i: number): number {
  return (texts[i] as Int32Array).length;
}
