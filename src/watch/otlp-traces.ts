import { ROOT_CONTEXT, type Span, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  RandomIdGenerator,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { messageOf } from '../errors.ts';
import { withoutSecrets } from '../secrets.ts';
import type { Log } from './log.ts';
import type { RunSpan, StepSpan, Traces } from './spans.ts';
import { traceIdsOf } from './trace-ids.ts';

/**
 * Sends traces with OpenTelemetry's exporter, which reads its settings from the environment; see `openTraces`.
 *
 * @param closeMs how many milliseconds disposing may take
 */
export function openOtlpTraces(log: Log, closeMs: number): Traces {
  const { OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_EXPORTER_OTLP_TRACES_TIMEOUT } = process.env;
  const isTimed = OTEL_EXPORTER_OTLP_TIMEOUT || OTEL_EXPORTER_OTLP_TRACES_TIMEOUT;
  // An export that continues after disposal would keep the process alive.
  const exporter = new OTLPTraceExporter(isTimed ? {} : { timeoutMillis: closeMs });
  const ids = new RunIds();
  const provider = new BasicTracerProvider({
    idGenerator: ids,
    // There is about one run a day, and sampling could drop some workers' spans of a run.
    sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes({ 'service.name': 'kith' }).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(tellingOnce(exporter, log))],
  });
  const tracer = provider.getTracer('kith');
  return {
    stepEnded(step: StepSpan) {
      const parent = { ...traceIdsOf(step.run), traceFlags: TraceFlags.SAMPLED, isRemote: true };
      const attributes = {
        'kith.run': step.run,
        'kith.step': step.step,
        'kith.attempt': step.attempt,
        'kith.worker': step.worker,
        'kith.rows': step.rows,
        'kith.outcome': step.outcome,
      };
      const options = { startTime: step.startedAt, attributes };
      const span = tracer.startSpan(`step ${step.step}`, options, trace.setSpanContext(ROOT_CONTEXT, parent));
      end(span, step.outcome === 'failed', step);
    },
    runEnded(run: RunSpan) {
      const attributes = { 'kith.run': run.run, 'kith.status': run.status };
      const span = ids.withIds(traceIdsOf(run.run), () =>
        tracer.startSpan('run', { root: true, startTime: run.startedAt, attributes }),
      );
      end(span, run.status === 'failed', run);
    },
    async [Symbol.asyncDispose]() {
      const closed = provider.shutdown().catch((error) => log.warn({ error: messageOf(error) }, 'traces'));
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, closeMs);
      });
      await Promise.race([closed, late]);
      clearTimeout(timer);
    },
  };
}

function end(span: Span, isFailed: boolean, { error, endedAt }: { error?: string; endedAt?: Date }): void {
  if (isFailed || error !== undefined)
    span.setStatus({ code: SpanStatusCode.ERROR, message: error === undefined ? undefined : withoutSecrets(error) });
  span.end(endedAt ?? new Date());
}

/** Random ids, except for a run's root span, whose ids its steps in other processes derive as well. */
class RunIds extends RandomIdGenerator {
  #fixed: { traceId: string; spanId: string } | undefined;
  readonly #random = new RandomIdGenerator();

  override generateTraceId = () => this.#fixed?.traceId ?? this.#random.generateTraceId();
  override generateSpanId = () => this.#fixed?.spanId ?? this.#random.generateSpanId();

  /** Gives these ids to the span that `start` begins. */
  withIds(ids: { traceId: string; spanId: string }, start: () => Span): Span {
    this.#fixed = ids;
    try {
      return start();
    } finally {
      this.#fixed = undefined;
    }
  }
}

/** An exporter that never fails: it logs a failure once when failures begin, not each time. */
function tellingOnce(exporter: SpanExporter, log: Log): SpanExporter {
  let isFailing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, ({ code, error }) => {
        const failed = code !== 0;
        if (failed && !isFailing)
          log.warn({ error: error && messageOf(error) }, 'traces are lost, their collector fails');
        isFailing = failed;
        done({ code: 0 });
      }),
    shutdown: () => exporter.shutdown(),
  };
}
