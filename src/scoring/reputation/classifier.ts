import { byLength, cutIntoBatches } from './batches.ts';
import { million } from './millionths.ts';
import { listWeights, type Model, mapWeights, shapes, type Weights } from './model.ts';
import { batchOf, features } from './network.ts';
import { type Tensor, tf } from './tensorflow.ts';

const largestBatch = 256;

/** A model that is ready to score. */
export class Classifier implements Disposable {
  readonly #model: Model;
  readonly #weights: Weights<Tensor>;

  constructor(model: Model) {
    this.#model = model;
    const shapeOf = new Map(listWeights(shapes(model.architecture, model.vocabulary.words.length)));
    this.#weights = mapWeights(model.weights, (values, name) => tf.tensor(values, shapeOf.get(name) as number[]));
  }

  /**
   * How likely each text is a good user's, with classes weighted 50:50, in millionths. It depends only on the
   * text (see exactWeights).
   *
   * @param texts cleaned, see cleanText
   */
  probabilities(texts: readonly string[], batchSize?: number): Int32Array {
    const { vocabulary, length } = this.#model;
    return this.probabilitiesOf(
      texts.map((text) => vocabulary.encode(text, length)),
      batchSize,
    );
  }

  /** Like {@link probabilities}, for texts as rows of the vocabulary, see Vocabulary.encode. */
  probabilitiesOf(texts: readonly Int32Array[], batchSize?: number): Int32Array {
    const result = new Int32Array(texts.length);
    for (const { places, values } of this.batches(texts, batchSize))
      for (const [k, place] of places.entries()) result[place] = values[k] as number;
    return result;
  }

  /**
   * Like {@link probabilitiesOf}, batch by batch; texts of similar length share a batch.
   *
   * @returns `places` are indexes of `texts`
   */
  *batches(
    texts: readonly Int32Array[],
    batchSize = largestBatch,
  ): Generator<{ places: readonly number[]; values: Int32Array }> {
    const lengthOf = (place: number) => (texts[place] as Int32Array).length;
    for (const places of cutIntoBatches(byLength(texts.length, lengthOf), lengthOf, batchSize))
      yield { places, values: this.#batch(places.map((i) => texts[i] as Int32Array)) };
  }

  #batch(texts: readonly Int32Array[]): Int32Array {
    const { weights, unit, architecture } = this.#model;
    const pooled = tf.tidy(() => features(this.#weights, batchOf(texts, architecture)).dataSync());
    const count = weights.output.length;
    return Int32Array.from(texts, (_, i) => {
      // Summed in 64 bits, and always in this order.
      let sum = 0;
      for (let f = 0; f < count; f++) sum += (pooled[i * count + f] as number) * (weights.output[f] as number);
      return Math.round(million / (1 + Math.exp(-(sum * unit + (weights.outputBias[0] as number)))));
    });
  }

  [Symbol.dispose](): void {
    for (const [, tensor] of listWeights(this.#weights)) tensor.dispose();
  }
}
