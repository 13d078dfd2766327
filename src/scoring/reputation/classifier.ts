import { exactLimit } from './exact-sums.ts';
import { million } from './millionths.ts';
import type { Model } from './model.ts';
import { specialRows } from './vocabulary.ts';

/** About how many bytes of products are kept. With 64 filters of each width 1, 2 and 3 that is 43,000 words. */
const productBytes = 64 * 1024 * 1024;

/** So many filters are summed up together; with more of them, the processor's registers don't suffice. */
const together = 4;

/** The filters of one width, and where they are in a word's products and among all answers. */
interface Place {
  width: number;
  kernel: Int32Array;
  inProducts: number;
  inAnswers: number;
}

/**
 * A model that is ready to score. What a filter answers to a few words is a sum of products of one word each, which are
 * the same in every text. So the products of a word are computed when it is first met, and answers are sums of them.
 * These are whole numbers below 2^24 (see exactWeights): a probability depends only on the text, and is bit for bit the
 * one that TensorFlow's convolution gives (docs/decisions/0008).
 */
export class Classifier {
  readonly #model: Model;
  readonly #places: readonly Place[];
  /** Filters of each width, and up to three that stay 0, so that they can be taken four by four. */
  readonly #filters: number;
  /** How many products a word has: one for each filter and each place of the word before it. */
  readonly #size: number;
  readonly #products: Int32Array;
  /** Where the products of each word of the embedding begin; −1 if they are not there. */
  readonly #begin: Int32Array;
  #end = 0;
  /** Where the products of a text's words begin. */
  readonly #text: Int32Array;
  readonly #answers: Int32Array;
  readonly #biases: Float32Array;
  readonly #output: Float32Array;

  /** @param bytes about how many bytes of products are kept: at least those of the longest text */
  constructor(model: Model, bytes = productBytes) {
    this.#model = model;
    const { architecture, weights, vocabulary, length } = model;
    const { filters } = architecture;
    this.#filters = Math.ceil(filters / together) * together;
    let [inProducts, inAnswers] = [0, 0];
    this.#places = weights.filters.map(({ width, kernel }) => {
      const place = { width, kernel: Int32Array.from(kernel), inProducts, inAnswers };
      inProducts += width * this.#filters;
      inAnswers += this.#filters;
      return place;
    });
    this.#size = inProducts;
    const words = vocabulary.words.length + specialRows;
    const kept = Math.min(words, Math.floor(bytes / Int32Array.BYTES_PER_ELEMENT / this.#size));
    this.#products = new Int32Array((kept + length) * this.#size);
    this.#begin = new Int32Array(words).fill(-1);
    this.#text = new Int32Array(length);
    this.#answers = new Int32Array(inAnswers);
    this.#biases = new Float32Array(inAnswers);
    this.#output = new Float32Array(inAnswers);
    for (const [i, { bias }] of weights.filters.entries()) {
      this.#biases.set(bias, i * this.#filters);
      this.#output.set(weights.output.subarray(i * filters, (i + 1) * filters), i * this.#filters);
    }
  }

  /**
   * How likely each text is a good user's, with classes weighted 50:50, in millionths.
   *
   * @param texts cleaned, see cleanText
   */
  probabilities(texts: readonly string[]): Int32Array {
    const { vocabulary, length } = this.#model;
    return Int32Array.from(texts, (text) => this.probability(vocabulary.encode(text, length)));
  }

  /** The same of one text as rows of the embedding, see Vocabulary.encode. */
  probability(words: Int32Array): number {
    this.#answer(words);
    const { weights, unit } = this.#model;
    // Summed in 64 bits, and always in this order.
    let sum = 0;
    for (let f = 0; f < this.#answers.length; f++) {
      const feature = Math.max(0, (this.#answers[f] as number) + (this.#biases[f] as number));
      sum += feature * (this.#output[f] as number);
    }
    return Math.round(million / (1 + Math.exp(-(sum * unit + (weights.outputBias[0] as number)))));
  }

  /**
   * Puts the largest answer of each filter, without its bias, into `#answers`. To a text that is shorter than the filter
   * there is one answer, of the words that there are. Written for speed: almost all time is spent in the inner loops.
   */
  #answer(words: Int32Array): void {
    this.#find(words);
    const products = this.#products;
    const text = this.#text;
    const filters = this.#filters;
    for (const { width, inProducts, inAnswers } of this.#places) {
      const seen = Math.min(width, words.length);
      const last = words.length - seen;
      for (let f = 0; f < filters; f += together) {
        let largest0 = -exactLimit;
        let largest1 = -exactLimit;
        let largest2 = -exactLimit;
        let largest3 = -exactLimit;
        for (let first = 0; first <= last; first++) {
          let sum0 = 0;
          let sum1 = 0;
          let sum2 = 0;
          let sum3 = 0;
          for (let k = 0, from = inProducts + f; k < seen; k++, from += filters) {
            const at = (text[first + k] as number) + from;
            sum0 = (sum0 + (products[at] as number)) | 0;
            sum1 = (sum1 + (products[at + 1] as number)) | 0;
            sum2 = (sum2 + (products[at + 2] as number)) | 0;
            sum3 = (sum3 + (products[at + 3] as number)) | 0;
          }
          largest0 = larger(largest0, sum0);
          largest1 = larger(largest1, sum1);
          largest2 = larger(largest2, sum2);
          largest3 = larger(largest3, sum3);
        }
        this.#answers[inAnswers + f] = largest0;
        this.#answers[inAnswers + f + 1] = largest1;
        this.#answers[inAnswers + f + 2] = largest2;
        this.#answers[inAnswers + f + 3] = largest3;
      }
    }
  }

  /** Puts into `#text` where the products of each word are, and computes those that are not there. */
  #find(words: Int32Array): void {
    if (this.#end + words.length * this.#size > this.#products.length) {
      this.#begin.fill(-1);
      this.#end = 0;
    }
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as number;
      if (this.#begin[word] === -1) {
        this.#begin[word] = this.#end;
        this.#multiply(word, this.#end);
        this.#end += this.#size;
      }
      this.#text[i] = this.#begin[word] as number;
    }
  }

  /** Computes a word's products: the numbers of the word times those of each filter, for each place before it. */
  #multiply(word: number, begin: number): void {
    const { architecture, weights } = this.#model;
    const { dimension, filters } = architecture;
    const products = this.#products;
    products.fill(0, begin, begin + this.#size);
    for (const { width, kernel, inProducts } of this.#places)
      for (let i = 0; i < width * dimension; i++) {
        const number = weights.embedding[word * dimension + (i % dimension)] as number;
        const at = begin + inProducts + Math.floor(i / dimension) * this.#filters;
        for (let f = 0; f < filters; f++)
          products[at + f] = ((products[at + f] as number) + Math.imul(number, kernel[i * filters + f] as number)) | 0;
      }
  }
}

/**
 * The larger of two whole numbers less than 2^31 apart, without a branch: which it is can't be foreseen, and a processor
 * that foresees wrong loses more time than the sums take.
 */
function larger(one: number, other: number): number {
  const more = (other - one) | 0;
  return (one + (more & ~(more >> 31))) | 0;
}
