import { once } from 'node:events';
import { createServer } from 'node:net';

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

/** Whether a program could listen on a port of this machine. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}
