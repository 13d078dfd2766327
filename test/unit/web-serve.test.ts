import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import express from 'express';
import { type PageServer, serve } from '../../src/web/serve.ts';

test('a server that is closed during a request ends, though the client asks again and again on one connection', async () => {
  let server: PageServer;
  let asked = 0;
  let closed: Promise<void> | undefined;
  const app = express().get('/', (_, response) => {
    asked++;
    if (asked === 3) closed = Promise.resolve(server[Symbol.asyncDispose]());
    response.send('an answer');
  });
  server = await serve(app, '127.0.0.1', 0, { endsWithin: 2 ** 31 - 1 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const asking = async () => {
      while (asked < 100) {
        const [response] = (await once(get(server.url, { agent }), 'response')) as [IncomingMessage];
        for await (const _ of response);
      }
    };
    await expect(asking()).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/);
    await closed;
    expect(asked).toBe(3);
  } finally {
    agent.destroy();
  }
});
