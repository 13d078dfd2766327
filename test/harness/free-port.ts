import { isFree } from '../../src/engines/ports.ts';

/**
 * Below the ports of the engines and those that the system gives out, and others for each of jest's workers: what a test
 * is given may be bound seconds later.
 */
const first = 10_000 + 500 * Number(process.env.JEST_WORKER_ID ?? 0);
let given = Math.floor(Math.random() * 500);

/** A port of this machine on which nothing listens now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (given++ % 500);
    if (await isFree(port)) return port;
  }
}
