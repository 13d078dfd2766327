import express from 'express';
import type { Settings } from '../config/settings.ts';
import type { Metrics } from '../watch/metrics.ts';
import { guard } from './guard.ts';
import { type PageServer, serve } from './serve.ts';

/**
 * Serves `/metrics` for Prometheus at KITH_METRICS_PORT of KITH_WEB_HOST, protected by the user name and password of
 * Kith's pages, and `/health`, which only says `ok`, to everybody.
 *
 * @throws BadInputError if the port is taken or the host is not one of this machine's
 */
export async function serveMetrics({ registry }: Metrics, settings: Settings): Promise<PageServer> {
  const app = express().disable('x-powered-by');
  app.get('/metrics', guard(settings), async (_, response) => {
    const text = await registry.metrics();
    response.set('Content-Type', registry.contentType).send(text);
  });
  app.get('/health', (_, response) => {
    response.type('text').send('ok');
  });
  app.use((_, response) => {
    response.status(404).type('text').send('Only /metrics and /health are served here.\n');
  });
  return serve(app, settings.web.host, settings.web.metricsPort);
}
