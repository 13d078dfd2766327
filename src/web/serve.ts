import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { BadInputError, messageOf } from '../errors.ts';

/** A web server; dispose of it to close it. */
export interface PageServer extends AsyncDisposable {
  /** `http://host:port`. */
  url: string;
}

/**
 * Serves pages at a host and port.
 *
 * @param port 0 for any free one
 * @throws BadInputError if the port is taken or the host is not one of this machine's
 */
export async function serve(app: Express, host: string, port: number): Promise<PageServer> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new BadInputError(`Can't serve pages at ${host}:${port}: ${messageOf(error)}.`)),
    );
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
