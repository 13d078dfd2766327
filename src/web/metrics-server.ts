import express, { type RequestHandler } from 'express';
import type { Settings } from '../config/settings.ts';
import type { Metrics } from '../watch/metrics.ts';
import { guard } from './guard.ts';
import { type PageServer, serve } from './serve.ts';

/**
 * Serves `/metrics` for Prometheus at KITH_METRICS_PORT of KITH_WEB_HOST, protected by the user names and passwords of
 * Kith's pages, and `/health`, which only says `ok`, to everybody.
 *
 * @throws BadInputError if the port is taken or the host is not one of this machine's
 */
export async function serveMetrics({ registry }: Metrics, settings: Settings): Promise<PageServer> {
  const app = express().disable('x-powered-by');
  app.use((_, response, next) => {
    response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    next();
  });
  app.get('/health', (_, response) => {
    response.type('text').send('ok');
  });
  const nothing: RequestHandler = (_, response) => {
    response.status(404).type('text').send('Only /metrics and /health are served here.\n');
  };
  app.use((request, response, next) =>
    ['GET', 'HEAD'].includes(request.method) ? next() : nothing(request, response, next),
  );
  // Before the addresses, so that strangers don't learn which there are.
  app.use(guard(settings));
  app.get('/metrics', async (_, response) => {
    const text = await registry.metrics();
    response.set('Content-Type', registry.contentType).send(text);
  });
  app.use(nothing);
  return serve(app, settings.web.host, settings.web.metricsPort);
}
