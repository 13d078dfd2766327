import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/config/settings.ts';
import { wholeRun } from '../../src/jobs/step-name.ts';
import { Metrics } from '../../src/watch/metrics.ts';
import { serveMetrics } from '../../src/web/metrics-server.ts';

const password = 'correct horse: "battery"';
const settings = readSettings({ KITH_WEB_PASSWORD: password });
const newMetrics = () => new Metrics([...wholeRun]);
const basic = (user: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`,
});

/** The samples of Prometheus's text format: `name{label="value"}` to its number. Throws at a line that is none. */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const types = new Set<string>();
  for (const line of text.split('\n').filter(Boolean)) {
    const type = /^# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|histogram|summary)$/i.exec(line);
    if (type) types.add(type[1] as string);
    if (line.startsWith('#')) {
      if (!type && !line.startsWith('# HELP ')) throw new Error(`no comment of the format: ${line}`);
      continue;
    }
    const sample = /^(([a-z_:][a-z0-9_:]*)(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*\})?) (\S+)$/i.exec(line);
    const [, series, name, value] = sample ?? [];
    if (!series || !name || !value) throw new Error(`no sample of the format: ${line}`);
    if (![name, name.replace(/_(bucket|sum|count)$/, '')].some((each) => types.has(each)))
      throw new Error(`no type: ${line}`);
    if (samples.has(series)) throw new Error(`twice: ${line}`);
    if (Number.isNaN(Number(value)) && value !== 'Nan') throw new Error(`no number: ${line}`);
    samples.set(series, Number(value));
  }
  return samples;
}

const samplesOf = async (metrics: Metrics) => parse(await metrics.registry.metrics());

describe('the metrics of a worker', () => {
  test('count the attempts at steps, how long they took and what they dealt with', async () => {
    const metrics = newMetrics();
    metrics.stepEnded({ step: 'ingest', outcome: 'later', seconds: 0.05 });
    metrics.stepEnded({ step: 'ingest', outcome: 'done', seconds: 12.5, rows: 1000 });
    metrics.stepEnded({ step: 'ingest', outcome: 'done', seconds: 4000, rows: 234 });
    const samples = await samplesOf(metrics);
    expect(samples.get('kith_steps_total{step="ingest",outcome="done"}')).toBe(2);
    expect(samples.get('kith_steps_total{step="ingest",outcome="later"}')).toBe(1);
    expect(samples.get('kith_step_rows_total{step="ingest"}')).toBe(1234);
    expect(samples.get('kith_step_seconds_sum{step="ingest",outcome="done"}')).toBe(4012.5);
    expect(samples.get('kith_step_seconds_count{step="ingest",outcome="done"}')).toBe(2);
    expect(samples.get('kith_step_seconds_bucket{le="10",step="ingest",outcome="done"}')).toBe(0);
    expect(samples.get('kith_step_seconds_bucket{le="30",step="ingest",outcome="done"}')).toBe(1);
    expect(samples.get('kith_step_seconds_bucket{le="14400",step="ingest",outcome="done"}')).toBe(2);
    expect(samples.get('kith_step_seconds_bucket{le="0.1",step="ingest",outcome="later"}')).toBe(1);
  });

  test('begin every count at 0, so that a first failure is an increase', async () => {
    const samples = await samplesOf(newMetrics());
    for (const name of wholeRun)
      for (const outcome of ['done', 'later', 'failed', 'void'])
        expect([name, outcome, samples.get(`kith_steps_total{step="${name}",outcome="${outcome}"}`)]).toEqual([
          name,
          outcome,
          0,
        ]);
    expect(samples.get('kith_runs_total{status="failed"}')).toBe(0);
    expect(samples.get('kith_job_store_troubles_total')).toBe(0);
  });

  test('know when a run was last published, and say nothing of it before they do', async () => {
    const metrics = newMetrics();
    const published = async () => (await samplesOf(metrics)).get('kith_run_published_timestamp_seconds');
    const noon = new Date('2026-11-23T12:00:00Z');
    metrics.runEnded({ status: 'failed', seconds: 60, at: noon });
    expect(await published()).toBeUndefined();
    metrics.runEnded({ status: 'published', seconds: 100, at: noon });
    expect(await published()).toBe(noon.getTime() / 1000);
    metrics.lastPublished(new Date('2026-11-22T12:00:00Z'));
    expect(await published()).toBe(noon.getTime() / 1000);
    metrics.lastPublished(new Date('2026-11-23T13:00:00Z'));
    expect(await published()).toBe(noon.getTime() / 1000 + 3600);
    const samples = await samplesOf(metrics);
    expect(samples.get('kith_runs_total{status="published"}')).toBe(1);
    expect(samples.get('kith_runs_total{status="failed"}')).toBe(1);
    expect(samples.get('kith_run_seconds_sum{status="published"}')).toBe(100);
  });

  test('show the queue as it is now, and count troubles', async () => {
    const metrics = newMetrics();
    metrics.queue({ queued: 3, running: 1 });
    metrics.queue({ queued: 2, running: 0 });
    metrics.jobStoreTrouble();
    metrics.jobStoreTrouble();
    const samples = await samplesOf(metrics);
    expect(samples.get('kith_queue_runs{status="queued"}')).toBe(2);
    expect(samples.get('kith_queue_runs{status="running"}')).toBe(0);
    expect(samples.get('kith_job_store_troubles_total')).toBe(2);
  });

  test('count rejected lines by file, whatever the files are called', async () => {
    const metrics = newMetrics();
    metrics.rejected('like.csv', 2);
    metrics.rejected('like.csv.gz', 3);
    for (const part of ['like-00001.csv', 'like.snappy.parquet', 'like/part-00000.csv']) metrics.rejected(part, 1);
    for (const other of ['block.tsv', 'messages.json', 'messages-2.jsonl.gz']) metrics.rejected(other, 1);
    for (let i = 0; i < 100; i++)
      for (const name of [`made-up-${i}`, `made-up-${i}/like.csv`]) metrics.rejected(name, 1);
    const samples = [...(await samplesOf(metrics))].filter(([name]) => name.startsWith('kith_rejected_lines_total'));
    expect(samples).toEqual([
      ['kith_rejected_lines_total{file="like.csv"}', 8],
      ['kith_rejected_lines_total{file="block.csv"}', 1],
      ['kith_rejected_lines_total{file="messages.jsonl"}', 2],
      ['kith_rejected_lines_total{file="other"}', 200],
    ]);
  });

  test('are of one worker: two in a process share nothing', async () => {
    const [one, other] = [newMetrics(), newMetrics()];
    one.jobStoreTrouble();
    expect((await samplesOf(other)).get('kith_job_store_troubles_total')).toBe(0);
  });
});

describe('the server of metrics', () => {
  test('gives them to whoever has the password', async () => {
    const metrics = newMetrics();
    metrics.stepEnded({ step: 'publish', outcome: 'failed', seconds: 1 });
    await using server = await serveMetrics(metrics, settings);
    const response = await fetch(`${server.url}/metrics`, { headers: basic('kith', password) });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const samples = parse(await response.text());
    expect(samples.get('kith_steps_total{step="publish",outcome="failed"}')).toBe(1);
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(samples.get('process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  test.each([
    ['nobody', {}],
    ['a wrong password', basic('kith', 'correct horse')],
    ['a wrong name', basic('root', password)],
    ['no credentials at all', { authorization: 'Basic' }],
    ['the password as a token', { authorization: `Bearer ${password}` }],
  ])('asks %s for a password, and shows nothing', async (_, headers) => {
    await using server = await serveMetrics(newMetrics(), settings);
    const response = await fetch(`${server.url}/metrics`, { headers: headers as Record<string, string> });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic /);
    expect(await response.text()).not.toMatch(/kith_|process_/);
  });

  test('takes the password of the home if none is set', async () => {
    const home = await mkdtemp(join(tmpdir(), 'kith-metrics-'));
    try {
      await using server = await serveMetrics(newMetrics(), readSettings({ KITH_HOME: home }));
      const made = (await readFile(join(home, 'passwords', 'web'), 'utf8')).trim();
      const status = async (secret: string) =>
        (await fetch(`${server.url}/metrics`, { headers: basic('kith', secret) })).status;
      expect([await status(made), await status(`${made}x`), await status('')]).toEqual([200, 401, 401]);
    } finally {
      await rm(home, { recursive: true });
    }
  });

  test('says ok to everybody, and has nothing else', async () => {
    await using server = await serveMetrics(newMetrics(), settings);
    const health = await fetch(`${server.url}/health`);
    expect([health.status, await health.text()]).toEqual([200, 'ok']);
    for (const path of ['/', '/metrics/x', '/health/x', '/favicon.ico'])
      expect([path, (await fetch(server.url + path, { headers: basic('kith', password) })).status]).toEqual([
        path,
        404,
      ]);
    expect((await fetch(`${server.url}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  test('listens on loopback only unless it is told otherwise, and is gone once disposed of', async () => {
    let url: string;
    {
      await using server = await serveMetrics(newMetrics(), settings);
      url = server.url;
      expect(new URL(url).hostname).toBe('127.0.0.1');
    }
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });
});
