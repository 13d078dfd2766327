import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { createLog } from '../../src/watch/log.ts';
import { traceIdsOf } from '../../src/watch/trace-ids.ts';
import { openTraces, type StepSpan } from '../../src/watch/traces.ts';
import { until } from '../harness/until.ts';

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  status: { code: number; message?: string };
}

interface OtlpRequest {
  resourceSpans: { resource: { attributes: OtlpSpan['attributes'] }; scopeSpans: { spans: OtlpSpan[] }[] }[];
}

interface Received {
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: OtlpRequest;
}

/** A collector that keeps what it is sent; `answer` may do something else than say yes. */
async function startCollector(answer = (response: ServerResponse) => void response.end('{}')) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { url, headers } = request;
    received.push({ path: url, headers, body: JSON.parse(Buffer.concat(parts).toString()) });
    answer(response.setHeader('content-type', 'application/json'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    spans: () =>
      received.flatMap(({ body }) => body.resourceSpans.flatMap((each) => each.scopeSpans.flatMap((s) => s.spans))),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Attributes of OTLP as a plain object. */
const plain = (attributes: OtlpSpan['attributes']) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
const nanos = (iso: string) => `${Date.parse(iso)}000000`;

/** A log, and its lines. */
function kept() {
  const lines: Record<string, unknown>[] = [];
  return { log: createLog({ write: (text) => void lines.push(JSON.parse(text)) }), lines };
}

const run = '20261123-20261124T070000123Z-5f3a';
const step: StepSpan = {
  run,
  step: 'ingest',
  attempt: 2,
  worker: 'host:1',
  startedAt: new Date('2021-11-24T07:00:01Z'),
  endedAt: new Date('2021-11-24T07:00:31Z'),
  outcome: 'done',
  rows: 1234,
};

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
});

describe('traces', () => {
  test('of a run are one, whichever processes its steps and its end are told by', async () => {
    await using collector = await startCollector();
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
    {
      await using one = await openTraces(kept().log);
      one.stepEnded(step);
      one.stepEnded({ ...step, run: 'another' });
    }
    {
      await using other = await openTraces(kept().log);
      other.stepEnded({ ...step, step: 'publish', worker: 'host:2', rows: undefined });
      other.runEnded({
        run,
        startedAt: new Date('2021-11-24T07:00:00Z'),
        endedAt: new Date('2021-11-24T07:01:00.250Z'),
        status: 'published',
      });
      other.stepEnded({ ...step, run: 'another', attempt: 3 });
    }
    const digest = createHash('sha256').update(run).digest('hex');
    const spans = collector.spans().filter(({ traceId }) => traceId === digest.slice(0, 32));
    const root = digest.slice(32, 48);
    expect(spans.map(({ name, parentSpanId }) => [name, parentSpanId || undefined])).toEqual([
      ['step ingest', root],
      ['step publish', root],
      ['run', undefined],
    ]);
    const [ingest, publish, whole] = spans as [OtlpSpan, OtlpSpan, OtlpSpan];
    expect(whole.spanId).toBe(root);
    expect(new Set(collector.spans().map(({ spanId }) => spanId)).size).toBe(5);
    expect(new Set(collector.spans().map(({ traceId }) => traceId)).size).toBe(2);
    expect(traceIdsOf(run)).toEqual({ traceId: ingest.traceId, spanId: root });

    expect(plain(ingest.attributes)).toEqual({
      'kith.run': run,
      'kith.step': 'ingest',
      'kith.attempt': 2,
      'kith.worker': 'host:1',
      'kith.rows': 1234,
      'kith.outcome': 'done',
    });
    expect(plain(publish.attributes)).toMatchObject({ 'kith.step': 'publish', 'kith.worker': 'host:2' });
    expect(plain(publish.attributes)).not.toHaveProperty('kith.rows');
    expect(plain(whole.attributes)).toEqual({ 'kith.run': run, 'kith.status': 'published' });
    expect([ingest.startTimeUnixNano, ingest.endTimeUnixNano]).toEqual([
      nanos('2021-11-24T07:00:01Z'),
      nanos('2021-11-24T07:00:31Z'),
    ]);
    expect([whole.startTimeUnixNano, whole.endTimeUnixNano]).toEqual([
      nanos('2021-11-24T07:00:00Z'),
      nanos('2021-11-24T07:01:00.250Z'),
    ]);
    expect(spans.map(({ status }) => status.code)).toEqual([0, 0, 0]);
  });

  test('say of what failed that it did and why, without passwords', async () => {
    await using collector = await startCollector();
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
    {
      await using traces = await openTraces(kept().log);
      traces.stepEnded({ ...step, outcome: 'later', error: 'no answer from postgres://kith:hush@db/kith' });
      traces.stepEnded({ ...step, outcome: 'later' });
      traces.stepEnded({ ...step, outcome: 'failed', error: 'no folder' });
      traces.runEnded({ run, startedAt: step.startedAt, status: 'failed', error: 'no folder' });
    }
    expect(collector.spans().map(({ status }) => status)).toEqual([
      { code: 2, message: 'no answer from postgres://kith:***@db/kith' },
      { code: 0 },
      { code: 2, message: 'no folder' },
      { code: 2, message: 'no folder' },
    ]);
  });

  test('end now unless they are told when', async () => {
    await using collector = await startCollector();
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
    const before = Date.now();
    {
      await using traces = await openTraces(kept().log);
      traces.runEnded({ run, startedAt: step.startedAt, status: 'published' });
    }
    const [span] = collector.spans() as [OtlpSpan];
    const end = Number(BigInt(span.endTimeUnixNano) / 1_000_000n);
    expect(end).toBeGreaterThanOrEqual(before);
    expect(end).toBeLessThanOrEqual(Date.now());
  });

  test('go where the standard variables say, with their headers and under their name', async () => {
    await using collector = await startCollector();
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:1';
    process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = `${collector.url}/elsewhere`;
    process.env.OTEL_EXPORTER_OTLP_HEADERS = 'x-key=hush';
    const { log, lines } = kept();
    for (const service of [undefined, 'kith-staging']) {
      if (service) process.env.OTEL_SERVICE_NAME = service;
      await using traces = await openTraces(log);
      traces.stepEnded(step);
    }
    expect(collector.received.map(({ path, headers }) => [path, headers['x-key']])).toEqual([
      ['/elsewhere', 'hush'],
      ['/elsewhere', 'hush'],
    ]);
    const services = collector.received.map(({ body }) => body.resourceSpans[0]?.resource.attributes ?? []);
    expect(services.map((each) => plain(each)['service.name'])).toEqual(['kith', 'kith-staging']);
    expect(lines).toEqual([]);
  });
});

describe('a collector that is not there', () => {
  test.each([
    ['refuses the connection', undefined, 700],
    ['never answers', () => undefined, 700],
    ['has no room', (response: ServerResponse) => void response.writeHead(503).end(), 700],
    ['wants nothing of it', (response: ServerResponse) => void response.writeHead(401, 'hush').end(), 30_000],
  ])('and %s does not disturb the work nor its end, and is told of', async (_, answer, closeMs) => {
    const { log, lines } = kept();
    await using collector = await startCollector(answer);
    if (!answer) await collector[Symbol.asyncDispose]();
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
    const traces = await openTraces(log, closeMs);
    traces.stepEnded(step);
    traces.runEnded({ run, startedAt: step.startedAt, status: 'published' });
    const began = performance.now();
    await traces[Symbol.asyncDispose]();
    // Left to itself, a request may take ten seconds.
    expect(performance.now() - began).toBeLessThan(8_000);
    // What is told of a request that was let go comes right after.
    await until('a line', () => lines.length > 0);
    expect(lines).toMatchObject([{ level: 'warn', msg: 'traces are lost, their collector fails' }]);
  });

  test('is told of once, and once more if it is gone again', async () => {
    process.env.OTEL_BSP_SCHEDULE_DELAY = '10';
    let status = 401;
    await using collector = await startCollector((response) => void response.writeHead(status).end('{}'));
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
    const { log, lines } = kept();
    await using traces = await openTraces(log);
    const send = async () => {
      const before = collector.received.length;
      traces.stepEnded(step);
      await until('the request', () => collector.received.length > before, { pauseMs: 5 });
      await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await send();
    await send();
    await send();
    expect(lines).toHaveLength(1);
    status = 200;
    await send();
    status = 401;
    await send();
    await send();
    expect(lines).toHaveLength(2);
  });

  test.each(['collector:4318', 'grpc://collector:4317', 'not a place'])(
    'and can not be, at %s, is told of at once: nothing goes to a collector on this machine instead',
    async (endpoint) => {
      process.env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint;
      const { log, lines } = kept();
      await using traces = await openTraces(log);
      traces.stepEnded(step);
      expect(lines).toMatchObject([{ level: 'warn' }]);
    },
  );
});

/** What a process of its own loads of OpenTelemetry when it tells a step's end. */
async function loadedWith(env: Record<string, string>): Promise<string[]> {
  const code = `
    import { createLog } from './src/watch/log.ts';
    import { openTraces } from './src/watch/traces.ts';
    import { createRequire } from 'node:module';
    const traces = await openTraces(createLog(process.stderr), 60_000);
    traces.stepEnded({ run: 'r', step: 'ingest', worker: 'w', startedAt: new Date(), outcome: 'done' });
    traces.runEnded({ run: 'r', startedAt: new Date(), status: 'published' });
    await traces[Symbol.asyncDispose]();
    const loaded = Object.keys(createRequire(process.cwd() + '/x.js').cache).filter((file) => file.includes('@opentelemetry'));
    process.stdout.write(JSON.stringify(loaded));
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', code],
    { env: { ...process.env, ...env } },
  );
  return JSON.parse(stdout) as string[];
}

test('without an endpoint, or with the SDK switched off, nothing is sent nor loaded', async () => {
  await using collector = await startCollector();
  const there = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  expect(await loadedWith({})).toEqual([]);
  expect(await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toEqual([]);
  expect(await loadedWith({ ...there, OTEL_SDK_DISABLED: 'true' })).toEqual([]);
  expect(collector.received).toEqual([]);
  // The way of looking finds it when it is there.
  expect(await loadedWith(there)).toContainEqual(expect.stringContaining('exporter-trace-otlp-http'));
  expect(collector.spans().map(({ name }) => name)).toEqual(['step ingest', 'run']);
});
