import { setTimeout as sleep } from 'node:timers/promises';
import { BusyError, InterruptedError } from '../errors.ts';

/** Throws if the signal has aborted: its reason, if that is an error for people. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  const { reason } = signal;
  throw reason instanceof InterruptedError || reason instanceof BusyError ? reason : new InterruptedError('Stopped.');
}

/** Waits; throws if the signal aborts. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  throwIfAborted(signal);
}

/** Asks repeatedly until the answer is yes (true) or the time is up (false). */
export async function waitUntil(
  isSo: () => boolean | Promise<boolean>,
  seconds: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (!(await isSo())) {
    if (performance.now() >= end) return false;
    await pause(100, signal);
  }
  return true;
}
