import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { unlessAborted } from '../../src/unless-aborted.ts';

const stopped = () => new Error('stopped');

test('gives what the work gives, and its error', async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(Promise.resolve(1), [signal, undefined], stopped)).toBe(1);
  await expect(unlessAborted(Promise.reject(new Error('failed')), [signal], stopped)).rejects.toThrow('failed');
});

test('ends waiting when any of the signals aborts, or has', async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = unlessAborted(new Promise(() => undefined), [first.signal, second.signal], stopped);
  second.abort();
  await expect(waiting).rejects.toThrow('stopped');
  const late = unlessAborted(Promise.reject(new Error('nobody hears of it')), [second.signal], stopped);
  await expect(late).rejects.toThrow('stopped');
});

test('keeps nothing of what was given, as long as the signal may live', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const { signal } = new AbortController();
  const given: WeakRef<object>[] = [];
  for (let i = 0; i < 100; i++) {
    const part = { rows: 'x'.repeat(1000) };
    given.push(new WeakRef(part));
    await unlessAborted(Promise.resolve(part), [signal], stopped);
  }
  // What a WeakRef has given away stays until the next turn of the event loop.
  await new Promise(setImmediate);
  collectGarbage();
  expect(given.filter((part) => part.deref()).length).toBeLessThan(3);
});
