import type { HeldLock } from '../../src/engines/lock.ts';

/** The lock of a home in which nobody else is at work. */
export const heldLock: HeldLock = {
  signal: new AbortController().signal,
  isHeld: () => true,
  check: () => undefined,
};
