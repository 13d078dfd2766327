import type { Architecture, Weights } from '../model.ts';
import { padding } from '../vocabulary.ts';
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from './tensorflow.ts';

/** The texts of a batch, as rows of the embedding. */
export interface Batch {
  texts: number;
  /** The number of positions, that of the longest text. */
  length: number;
  /** `[texts, length]`, padded. */
  rows: Int32Array;
  /** Words of each text. */
  lengths: Int32Array;
}

/** Pads texts to the length of the longest, and at least to the width of the widest filter. */
export function batchOf(texts: readonly Int32Array[], { widths }: Architecture): Batch {
  const length = Math.max(...widths, ...texts.map((text) => text.length));
  const rows = new Int32Array(texts.length * length).fill(padding);
  for (const [i, text] of texts.entries()) rows.set(text, i * length);
  return { texts: texts.length, length, rows, lengths: Int32Array.from(texts, (text) => text.length) };
}

/**
 * The largest output of each filter anywhere in each text, or 0 if none is positive: `[texts, widths × filters]`.
 * Outputs that include padding don't count, or a text's features would depend on its batch; for a text
 * shorter than the filter, the first output counts.
 *
 * Convolutional neural networks for sentence classification, Kim 2014 (arXiv 1408.5882).
 */
export function features(weights: Weights<Tensor>, batch: Batch): Tensor2D {
  const rows = tf.tensor2d(batch.rows, [batch.texts, batch.length], 'int32');
  const embedded = tf.gather(weights.embedding, rows).mul(words(batch)) as Tensor3D;
  const pooled = weights.filters.map(({ width, kernel, bias }) => {
    const answers = tf.conv1d(embedded, kernel as Tensor3D, 1, 'valid').add(bias);
    return tf.relu(answers).mul(positions(batch, width)).max(1) as Tensor2D;
  });
  return tf.concat(pooled, 1);
}

/** 1 where there is a word and 0 where there is padding: `[texts, length, 1]`. */
function words({ texts, length, lengths }: Batch): Tensor3D {
  const counts = new Float32Array(texts * length);
  for (let i = 0; i < texts; i++) counts.fill(1, i * length, i * length + (lengths[i] as number));
  return tf.tensor3d(counts, [texts, length, 1]);
}

/** 1 where the output of a filter of this width counts, and 0 elsewhere: `[texts, length − width + 1, 1]`. */
function positions({ texts, length, lengths }: Batch, width: number): Tensor3D {
  const looks = length - width + 1;
  const counts = new Float32Array(texts * looks);
  for (let i = 0; i < texts; i++)
    counts.fill(1, i * looks, i * looks + Math.max(1, (lengths[i] as number) - width + 1));
  return tf.tensor3d(counts, [texts, looks, 1]);
}

/** The logit of each text, `[texts]`, from its features. */
export function logits(weights: Weights<Tensor>, pooled: Tensor2D): Tensor1D {
  return tf
    .matMul(pooled, weights.output as Tensor2D)
    .add(weights.outputBias)
    .reshape([-1]);
}
