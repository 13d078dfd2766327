import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Express } from 'express';
import { BadInputError, messageOf } from '../errors.ts';
import { networkOf } from './slow-down.ts';

/** Connections at a time: in all, and of one address, so that one can't take them all. */
const mostConnections = 512;
const usualOfAddress = 256;
/** Milliseconds that answers under way have when the server is closed. */
const usualEnd = 3_000;

/** A web server; dispose of it to close it. */
export interface PageServer extends AsyncDisposable {
  /** `http://host:port`. */
  url: string;
}

/**
 * Serves pages at a host and port, with limits on what a client may hold: connections, and the time and size of a
 * request.
 *
 * @param port 0 for any free one
 * @throws BadInputError if the port is taken or the host is not one of this machine's
 */
export async function serve(
  app: Express,
  host: string,
  port: number,
  { mostOfAddress = usualOfAddress, endsWithin = usualEnd } = {},
): Promise<PageServer> {
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16_384 },
    app,
  );
  // Also for answers that nobody reads.
  server.timeout = 120_000;
  server.maxConnections = mostConnections;
  server.on('connection', limitEach(mostOfAddress));
  const endConnections = lastAnswers(server);
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
        // Answers under way come to their end.
        const limit = setTimeout(() => server.closeAllConnections(), endsWithin);
        server.close(() => {
          clearTimeout(limit);
          resolve();
        });
        server.closeIdleConnections();
        endConnections();
      }),
  };
}

/**
 * Gives what ends each connection with its next answer, once the server is closed: a client that kept its connection busy
 * would go on for as long as it likes.
 */
function lastAnswers(server: Server): () => void {
  const open = new Set<ServerResponse>();
  const end = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  server.prependListener('request', (_, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    if (!server.listening) end(response);
  });
  return () => open.forEach(end);
}

/** Closes what an address opens beyond its share of the connections. */
function limitEach(mostOfAddress: number): (socket: Socket) => void {
  const open = new Map<string, number>();
  return (socket) => {
    const address = networkOf(socket.remoteAddress ?? '');
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count > mostOfAddress) socket.destroy();
  };
}
