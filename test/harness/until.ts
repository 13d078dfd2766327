import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither false nor undefined, and gives it. Jest only stops
 * listening to a test that waits for ever, which then goes on beside the next ones; so this gives up well before.
 *
 * @param what it waits for, for the error
 */
export async function until<T>(
  what: string,
  ask: () => T | false | undefined | Promise<T | false | undefined>,
  { seconds = 600, pauseMs = 20 } = {},
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await sleep(pauseMs);
  }
}
