import { setImmediate } from 'node:timers/promises';
import { Random } from '../../../random.ts';
import { cutIntoBatches } from './batches.ts';
import type { Texts } from './texts.ts';

/**
 * Endless batches, pass after pass over all weeks. Each holds weeks of roughly similar length, so that there is little
 * padding, and batches come in random order. tf.fit would shuffle with Math.random.
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
      // Lets Ctrl-C through, since TensorFlow blocks this thread.
      await setImmediate();
      yield { weeks: batches[i] as number[], epochs: pass + (done + 1) / batches.length };
    }
  }
}
