import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tellOfFailure, tellOfPublish } from '../../src/jobs/worker/run-hooks.ts';
import { until } from '../harness/until.ts';

/** A server that keeps what is posted to it; `answer` may do something else than say yes. */
async function startServer(answer = (response: ServerResponse) => void response.end()) {
  const received: { method?: string; path?: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { method, url: path, headers } = request;
    received.push({ method, path, headers, body: Buffer.concat(parts).toString() });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What the promise is rejected with; a promise that isn't is an error of the test's own. */
const messageOfRejection = (promise: Promise<void>) =>
  promise.then(
    () => {
      throw new Error('it was not rejected');
    },
    (error: Error) => `${error.message} ${error.cause ?? ''}`,
  );

const awkward = `"double" 'single' \`back\` $(touch owned) $HOME \\ ; | & > é 😀\nsecond line\t%PATH%`;

describe('a URL that is told of a failed run', () => {
  test('gets a POST of JSON', async () => {
    await using server = await startServer();
    await tellOfFailure(`http://${server.host}/hook?team=a`, 'run-1', awkward);
    expect(server.received).toMatchObject([
      { method: 'POST', path: '/hook?team=a', headers: { 'content-type': 'application/json' } },
    ]);
    expect(server.received[0]?.headers).not.toHaveProperty('authorization');
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({ run: 'run-1', status: 'failed', error: awkward });
  });

  test('is told of a run that is published, by another hook', async () => {
    await using server = await startServer();
    const run = { id: 'run-2', status: 'published' as const, error: null, asOf: new Date('2024-06-01T00:00:00Z') };
    const rows = { closest: 3, recommendations: 2, reasons: 4 };
    await tellOfPublish(`http://${server.host}/`, { ...run, ...rows });
    const told = { run: 'run-2', status: 'published', asOf: '2024-06-01T00:00:00Z', rows };
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual(told);
    const failed = tellOfPublish('exit 7', { ...run, ...rows });
    expect(await messageOfRejection(failed)).toContain('KITH_ON_PUBLISHED ended with 7');
    const names = '$KITH_PUBLISHED_RUN $KITH_PUBLISHED_AS_OF';
    await tellOfPublish(`test "${names}" = "run-2 2024-06-01T00:00:00Z"`, { ...run, ...rows });
  });

  test('gets its name and password as a browser would give them', async () => {
    await using server = await startServer();
    await tellOfFailure(`http://kith:hu%40sh@${server.host}/`, 'run-1', 'why');
    const [scheme, credentials] = server.received[0]?.headers.authorization?.split(' ') ?? [];
    expect([scheme, Buffer.from(credentials ?? '', 'base64').toString()]).toEqual(['Basic', 'kith:hu@sh']);
  });

  test('gets no password that the reason holds', async () => {
    await using server = await startServer();
    await tellOfFailure(`http://${server.host}/`, 'run-1', 'no answer from postgres://kith:hush@db/kith');
    expect(server.received[0]?.body).toContain('postgres://kith:***@db/kith');
  });

  test.each([301, 404, 500])('and answers %i has not been told', async (status) => {
    await using server = await startServer((response) => void response.writeHead(status).end('hush'));
    const message = await messageOfRejection(tellOfFailure(`http://kith:hush@${server.host}/hush`, 'run-1', 'why'));
    expect(message).toContain(`answered with ${status}`);
    expect(message).not.toMatch(/hush/);
  });

  test('and answers at length is not listened to: its connection is free again', async () => {
    let closed = false;
    await using server = await startServer((response) => {
      response.once('close', () => {
        closed = true;
      });
      response.write('x'.repeat(100_000));
    });
    await tellOfFailure(`http://${server.host}/`, 'run-1', 'why');
    // Long before the time limit, at which it is given up in any case.
    await until('the end of the answer', () => closed || undefined, { seconds: 20 });
  });

  test('and never answers is not waited for longer than it may take', async () => {
    await using server = await startServer(() => undefined);
    const began = performance.now();
    const told = tellOfFailure(`http://kith:hush@${server.host}/`, 'run-1', 'why', 2_500);
    const message = await messageOfRejection(told);
    expect(message).toContain('did not answer within 2.5 s');
    expect(message).not.toMatch(/hush/);
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(server.received).toHaveLength(1);
  });

  test.each(['http://kith:hush@127.0.0.1:1/hush', 'http://kith:hush@127.0.0.1:x/hush', 'https://kith:hush@[::'])(
    'and is %s has not been told, and its password is not repeated',
    async (hook) => {
      const message = await messageOfRejection(tellOfFailure(hook, 'run-1', 'why'));
      expect(message).toMatch(/^KITH_ON_FAILURE /);
      expect(message).not.toMatch(/hush/);
    },
  );
});

describe('a command that is told of a failed run', () => {
  let folder: string;
  let out: string;
  /** A command that writes the environment it has, as JSON. */
  let show: string;
  const before = { ...process.env };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kith-hook-'));
    out = join(folder, 'out.json');
    const script = join(folder, 'show.cjs');
    await writeFile(script, 'require("fs").writeFileSync(process.argv[2], JSON.stringify(process.env))');
    show = `"${process.execPath}" "${script}" "${out}"`;
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });
  const shown = async () => JSON.parse(await readFile(out, 'utf8')) as Record<string, string>;

  test('has the run and the reason in its environment, as they are', async () => {
    await tellOfFailure(show, 'run-1', awkward);
    expect(await shown()).toMatchObject({ KITH_FAILED_RUN: 'run-1', KITH_FAILED_WHY: awkward, PATH: process.env.PATH });
  });

  test('can use them in a shell, which runs nothing of what they hold', async () => {
    await tellOfFailure(
      `cd "${folder}" && printf '%s|%s' "$KITH_FAILED_RUN" "$KITH_FAILED_WHY" > out.json`,
      'r',
      awkward,
    );
    expect(await readFile(out, 'utf8')).toBe(`r|${awkward}`);
    await expect(readFile(join(folder, 'owned'))).rejects.toThrow(/ENOENT/);
  });

  test('has nothing else of our environment but what programs need, and no password in the reason', async () => {
    const secrets = {
      KITH_NEO4J_PASSWORD: 'hush-hush-1',
      KITH_S3_SECRET_KEY: 'hush-hush-2',
      KITH_WEB_PASSWORD: 'hush-hush-3',
      KITH_POSTGRES_URL: 'postgres://kith:hush-hush-4@db/kith',
      KITH_JOBS_URL: 'mongodb://kith:hush-hush-5@db/kith',
    };
    const others = {
      AWS_SECRET_ACCESS_KEY: 'hush-hush-7',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=hush-hush-8',
      PGPASSWORD: 'hush-hush-9',
      NODE_OPTIONS: '--title=hush-hush-10',
    };
    Object.assign(process.env, secrets, others, { TZ: 'Europe/Berlin', LANG: 'C.UTF-8', HOME: folder });
    process.env.PATH = `.:${before.PATH}::node_modules/.bin`;
    await tellOfFailure(show, 'run-1', 'hush-hush-1 and postgres://other:hush-hush-6@db');
    const env = await shown();
    expect(env).toMatchObject({ TZ: 'Europe/Berlin', LANG: 'C.UTF-8', HOME: folder, PATH: before.PATH });
    expect(env).toMatchObject({ KITH_FAILED_WHY: '*** and postgres://other:***@db' });
    expect(Object.keys(env).filter((name) => name.startsWith('KITH_'))).toEqual(['KITH_FAILED_RUN', 'KITH_FAILED_WHY']);
    expect(JSON.stringify(env)).not.toMatch(/hush-hush/);
  });

  test('is told of a reason that is very long or holds a NUL', async () => {
    await tellOfFailure(show, 'run-1', `a\0b${'x'.repeat(1_000_000)}`);
    expect((await shown()).KITH_FAILED_WHY).toMatch(/^abx{20000}/);
  });

  test.each([
    ['ends with 3', 'exit 3', 'ended with 3'],
    ['is not there', 'no-such-command-hush', 'ended with 127'],
    ['is killed', 'kill -9 $$', 'ended with SIGKILL'],
  ])('fails if it %s', async (_, hook, said) => {
    const message = await messageOfRejection(tellOfFailure(`HOOK_PASSWORD=hush; ${hook}`, 'run-1', 'why'));
    expect(message).toContain(said);
    expect(message).not.toMatch(/hush/);
  });

  test('ends with all that it has started once it takes longer than it may', async () => {
    const began = performance.now();
    // The shell waits for a child that heeds no signal.
    const hook = `trap '' TERM; sleep 30 & echo $! > "${out}"; wait`;
    const message = await messageOfRejection(tellOfFailure(hook, 'run-1', 'why', 4_000));
    expect(message).toContain('KITH_ON_FAILURE did not end within 4 s');
    expect(performance.now() - began).toBeLessThan(25_000);
    const child = Number(await readFile(out, 'utf8'));
    await until('the end of what it has started', () => {
      try {
        return readFileSync(`/proc/${child}/stat`, 'utf8').includes(' Z ') || undefined;
      } catch {
        return true;
      }
    });
  });
});
