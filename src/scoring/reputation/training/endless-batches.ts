import { setImmediate } from 'node:timers/promises';
import { Random } from '../../../random.ts';
import { cutIntoBatches } from '../batches.ts';
import type { Texts } from './texts.ts';

/**
 * Batches without end, pass after pass over all weeks: neighbours by length with some chance in it, so that little is padded, and the
 * batches in random order. tf.fit would shuffle by Math.random.
 */
export async function* endlessBatches(
  texts: Texts,
  batchSize: number,
  seed: number,
): AsyncGenerator<{ weeks: number[]; epochs: number }> {
  const random = new Random(seed, 'batches');
  for (let pass = 0; ; pass++) {
    const keys = Float64Array.from({ length: texts.size }, (_, i) => texts.lengthOf(i) * (1 + random.fraction() / 4));
    const order = Array.from({ length: texts.size }, (_, i) => i);
    order.sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
    const batches = [...cutIntoBatches(order, (place) => texts.lengthOf(place), batchSize)];
    for (const [done, i] of random.permutation(batches.length).entries()) {
      // Lets Ctrl-C through: TensorFlow works in this thread.
      await setImmediate();
      yield { weeks: batches[i] as number[], epochs: pass + (done + 1) / batches.length };
    }
  }
}
