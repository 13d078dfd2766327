import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readSettings } from '../../src/config/settings.ts';
import { BadInputError } from '../../src/errors.ts';
import { withoutSecrets } from '../../src/secrets.ts';
import { createLog, type Log, processLog } from '../../src/watch/log.ts';
import { webPassword } from '../../src/web/guard.ts';

type Line = Record<string, unknown>;

/** The lines of a log, read back; each has to be one line of JSON. */
function logged(env: NodeJS.ProcessEnv, write: (log: Log) => void): Line[] {
  const texts: string[] = [];
  write(createLog({ write: (text) => void texts.push(text) }, env));
  return texts.map((text) => {
    expect(text).toMatch(/^[^\n]+\n$/);
    return JSON.parse(text) as Line;
  });
}

/** Every string in a line, names of fields included. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, each]) => [name, ...stringsOf(each)]);
}

const inUrl = encodeURIComponent;

describe('a line of the log', () => {
  test("has Kith's name, the time, the level as a word and the fields of its child logger", () => {
    const before = Date.now();
    const [line] = logged({}, (log) => log.child({ run: '20261123-x' }).info({ step: 'ingest', rows: 3 }, 'step done'));
    const { time, ...rest } = line as { time: string };
    expect(rest).toEqual({ level: 'info', name: 'kith', run: '20261123-x', step: 'ingest', rows: 3, msg: 'step done' });
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
  });

  test('is written from KITH_LOG_LEVEL on', () => {
    const write = (log: Log) => {
      log.debug('a');
      log.info('b');
      log.warn('c');
    };
    expect(logged({}, write).map(({ msg }) => msg)).toEqual(['b', 'c']);
    expect(logged({ KITH_LOG_LEVEL: 'warn' }, write).map(({ msg }) => msg)).toEqual(['c']);
    expect(logged({ KITH_LOG_LEVEL: 'debug' }, write).map(({ level }) => level)).toEqual(['debug', 'info', 'warn']);
  });

  test('of this process is written from a level on that was set after this module was loaded, as by .env', () => {
    const before = process.env.KITH_LOG_LEVEL;
    process.env.KITH_LOG_LEVEL = 'warn';
    expect(processLog().level).toBe('warn');
    if (before === undefined) delete process.env.KITH_LOG_LEVEL;
    else process.env.KITH_LOG_LEVEL = before;
  });

  test.each(['error', 'err'])(
    'tells what an error in %s says and what caused it, not what a driver hung on it',
    (field) => {
      const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', request: { headers: 'much' } });
      const [line] = logged({}, (log) => log.warn({ [field]: new TypeError('no answer', { cause }) }, 'job store'));
      expect(line?.[field]).toEqual({
        type: 'TypeError',
        message: 'no answer',
        stack: expect.stringContaining('TypeError: no answer\n    at '),
        cause: { type: 'Error', message: 'refused', code: 'ECONNREFUSED', stack: expect.any(String) },
      });
    },
  );

  test('has every error of an AggregateError, and no stack trace for mistakes of the user', () => {
    const many = new AggregateError([new BadInputError('no folder'), 'text'], 'two');
    const [line] = logged({}, (log) => log.error({ error: many }, 'x'));
    expect(line?.error).toMatchObject({ errors: [{ type: 'BadInputError', message: 'no folder' }, 'text'] });
    const { errors } = (line as { error: { errors: object[] } }).error;
    expect(errors[0]).not.toHaveProperty('stack');
  });

  test('survives an error that is its own cause, and a field that contains itself', () => {
    const error = new Error('round');
    error.cause = error;
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(logged({}, (log) => log.error({ error, circle }, 'x'))).toHaveLength(1);
  });
});

describe('no secret is ever in a log', () => {
  const password = 'p@ss:w/ö"r\\d%41 #1';
  const settings: [string, string][] = [
    ['KITH_NEO4J_PASSWORD', password],
    ['KITH_S3_SECRET_KEY', password],
    ['KITH_WEB_PASSWORD', password],
    ['AWS_SECRET_ACCESS_KEY', password],
    ['AWS_SESSION_TOKEN', password],
    ['KITH_POSTGRES_URL', `postgres://kith:${inUrl(password)}@db:5432/kith`],
    ['KITH_POSTGRES_URL', `postgres://kith:${password}@db:5432/kith`],
    ['KITH_POSTGRES_URL', `postgres://db:5432/kith?user=kith&password=${inUrl(password)}`],
    ['KITH_JOBS_URL', `mongodb://kith:${inUrl(password)}@one:27017,two:27017/kith?replicaSet=a`],
    ['KITH_JOBS_URL', `mongodb+srv://:${inUrl(password)}@cluster/kith`],
    ['KITH_NEO4J_URI', `bolt://neo4j:${inUrl(password)}@graph`],
    ['KITH_ON_FAILURE', `https://kith:${inUrl(password)}@pager/failed`],
    ['OTEL_EXPORTER_OTLP_HEADERS', `x-a=1,x-key=${inUrl(password)}`],
    ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', `x-key=${inUrl(password)}`],
  ];

  test.each(settings)('that of %s=%s', (name, value) => {
    for (const form of [password, inUrl(password), JSON.stringify(password)]) {
      const [line] = logged({ [name]: value }, (log) =>
        log.child({ of: `<${form}>` }).error(
          {
            [`<${form}>`]: 1,
            list: [{ deep: `a${form}b` }],
            error: new Error(`one ${form}`, { cause: new AggregateError([new Error(`two ${form}`)], form) }),
          },
          `said ${form}.`,
        ),
      );
      expect(line).toMatchObject({ level: 'error', list: [{ deep: expect.stringMatching(/^a"?\*\*\*"?b$/) }] });
      expect(stringsOf(line).filter((text) => text.includes('p@ss') || text.includes('p%40ss'))).toEqual([]);
    }
  });

  test.each([
    ['postgres://kith:hush@db:5432/kith', 'postgres://kith:***@db:5432/kith'],
    ['no answer from (mongodb+srv://a:b@c/d?e=f), again', 'no answer from (mongodb+srv://a:***@c/d?e=f), again'],
    ['redis://:hush@host', 'redis://:***@host'],
    ['HTTPS://u:p@ss@host/x', 'HTTPS://u:***@host/x'],
    ['bolt://a:b@c and bolt://d:e@f', 'bolt://a:***@c and bolt://d:***@f'],
    ['postgres://a:b@c,postgres://d:e@f', 'postgres://a:***@c,postgres://d:***@f'],
  ])('that of the URL in %s, whoever it belongs to', (text, masked) => {
    expect(withoutSecrets(text, {})).toBe(masked);
  });

  test.each([
    'http://127.0.0.1:9000/bucket/a@b',
    'file:///a/node_modules/@b/c.js:12:3',
    'see kith@example.org: 12:30',
    's3://bucket/graph_data/20261123',
    'https://user@host/x',
  ])('but %s stays as it is', (text) => {
    expect(withoutSecrets(text, {})).toBe(text);
  });

  test('a password of one to three characters is masked in URLs alone: elsewhere its gaps would tell it', () => {
    const env = { KITH_NEO4J_PASSWORD: 'e', KITH_POSTGRES_URL: 'postgres://kith:abc@db/kith' };
    expect(withoutSecrets('the abc of postgres://kith:abc@db/kith', env)).toBe(
      'the abc of postgres://kith:***@db/kith',
    );
  });

  test('nor one that was made for a home', async () => {
    const home = await mkdtemp(join(tmpdir(), 'kith-log-'));
    try {
      const made = webPassword(readSettings({ KITH_HOME: home }));
      expect(made).toMatch(/^[0-9a-f]{48}$/);
      expect(logged({}, (log) => log.info({ made }, `<${made}>`))).toMatchObject([{ made: '***', msg: '<***>' }]);
    } finally {
      await rm(home, { recursive: true });
    }
  });

  test('nor the rest of one that another is part of', () => {
    const env = { KITH_NEO4J_PASSWORD: 'hush', KITH_WEB_PASSWORD: 'hush-and-more' };
    expect(withoutSecrets('hush-and-more, hush', env)).toBe('***, ***');
  });

  test('nor one that came into the environment after the log was made', () => {
    const env: NodeJS.ProcessEnv = {};
    const [line] = logged(env, (log) => {
      env.KITH_WEB_PASSWORD = 'correct horse';
      log.info('correct horse');
    });
    expect(line?.msg).toBe('***');
  });

  test('whatever signs it holds, and the line stays JSON', () => {
    const signs = fc.string({ unit: 'binary', minLength: 4, maxLength: 30 }).filter((text) => !text.includes('\0'));
    const awkward = fc.string({
      unit: fc.constantFrom(...'"\\{}[],:@/?#%$^.+()|&\'` \n\t=aé…😀'),
      minLength: 4,
      maxLength: 12,
    });
    const settingOf = fc.constantFrom<(text: string) => NodeJS.ProcessEnv>(
      (KITH_NEO4J_PASSWORD) => ({ KITH_NEO4J_PASSWORD }),
      (KITH_S3_SECRET_KEY) => ({ KITH_S3_SECRET_KEY }),
      (KITH_WEB_PASSWORD) => ({ KITH_WEB_PASSWORD }),
      (text) => ({ KITH_POSTGRES_URL: `postgres://kith:${inUrl(text)}@db/kith` }),
      (text) => ({ KITH_JOBS_URL: `mongodb://kith:${inUrl(text)}@db/kith` }),
    );
    fc.assert(
      fc.property(fc.oneof(signs, awkward), settingOf, (secret, envOf) => {
        const url = `postgres://kith:${inUrl(secret)}@db/kith`;
        const [line, ...more] = logged(envOf(secret), (log) =>
          log
            .child({ of: `<${secret}>` })
            .error({ deep: [{ it: `<${secret}>` }], url, error: new Error(`<${secret}>`) }, '%s', `<${secret}>`),
        );
        expect(more).toEqual([]);
        const texts = stringsOf(line);
        expect(texts.filter((text) => text.includes(secret) || text.includes(inUrl(secret)))).toEqual([]);
        // The line still says everything else.
        expect(texts.filter((text) => text === '<***>').length).toBeGreaterThanOrEqual(3);
      }),
      { numRuns: 500 },
    );
  });
});
