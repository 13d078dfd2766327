import type { Log } from './log.ts';
import type { Traces } from './spans.ts';

export type { RunSpan, StepSpan, Traces } from './spans.ts';

const nowhere: Traces = {
  stepEnded: () => undefined,
  runEnded: () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

/**
 * Sends traces as OTLP in JSON to the collector at OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
 * the exporter's other standard variables apply too. Without an endpoint, or with OTEL_SDK_DISABLED=true, nothing is
 * sent and OpenTelemetry is not loaded. Spans that can't be sent are lost; the log says so once when that begins.
 *
 * @param closeMs how many milliseconds disposing may take; also the timeout of an export, unless
 *   OTEL_EXPORTER_OTLP_TIMEOUT is set
 * @example
 * await using traces = await openTraces(log);
 * traces.stepEnded({ run: run.id, step: 'ingest', attempt: 1, worker: workerName(), startedAt, outcome: 'done', rows:
 * 100_000 }); traces.runEnded({ run: run.id, startedAt: new Date(run.startedAt), status: 'published' });
 */
export async function openTraces(log: Log, closeMs = 5_000): Promise<Traces> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_SDK_DISABLED } = process.env;
  const endpoint = OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint || /^true$/i.test(OTEL_SDK_DISABLED ?? '')) return nowhere;
  // With an invalid endpoint, the exporter would fall back to a collector on this machine.
  if (!URL.canParse(endpoint) || !/^https?:/i.test(endpoint)) {
    log.warn('no traces: the endpoint is not an http://… or https://… URL');
    return nowhere;
  }
  const { openOtlpTraces } = await import('./otlp-traces.ts');
  return openOtlpTraces(log, closeMs);
}
