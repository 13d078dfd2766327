import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { settingsPage } from '../../scripts/settings-page.ts';
import { settingsWith } from '../../src/cli/setting-options.ts';
import { projectRoot } from '../../src/config/project.ts';
import { readSettings } from '../../src/config/settings.ts';
import { BadInputError } from '../../src/errors.ts';

describe('settings', () => {
  test('are those of the definition when nothing is set', () => {
    const { weighting, maxRejectedPercent, maxRowChangePercent, neo4j, postgresUrl, home } = readSettings({});
    expect(weighting).toEqual({
      windowSeconds: 90 * 86_400,
      decay: { kind: 'linear' },
      bases: { follow: 1000, reply: 1000, like: 1000, mention: 1000 },
      minReputation: 0.5,
    });
    expect({ maxRejectedPercent, maxRowChangePercent }).toEqual({ maxRejectedPercent: 1, maxRowChangePercent: 50 });
    expect({ neo4j, postgresUrl }).toEqual({ neo4j: undefined, postgresUrl: undefined });
    expect(home).toMatch(/\.kith$/);
    expect(isAbsolute(home)).toBe(true);
  });

  test.each([
    ['0', 0],
    ['300m', 300 * 2 ** 20],
    ['2G', 2 * 2 ** 30],
    ['1t', 2 ** 40],
  ])('take %s as %i bytes', (text, bytes) => {
    expect(readSettings({ KITH_MIN_FREE_SPACE: text }).minFreeBytes).toBe(bytes);
    expect(settingsPage()).toContain('`KITH_MIN_FREE_SPACE` (default: `256m`)');
    expect(() => readSettings({ KITH_MAX_UNPACKED_SIZE: '0' })).toThrow(BadInputError);
  });

  test.each([
    ['0', 0],
    ['1', 1000],
    ['0.001', 1],
    ['1.005', 1005],
    ['0.29', 290],
    ['4.35', 4350],
    ['999.999', 999_999],
    ['1000', 1_000_000],
  ])('take a base of %s as %i thousandths', (text, thousandths) => {
    expect(readSettings({ KITH_BASE_REPLY: text }).weighting.bases.reply).toBe(thousandths);
  });

  test('take an empty value as none, and what is not theirs as nothing', () => {
    expect(readSettings({ KITH_WINDOW_DAYS: '', HOME: 'x', KITH_TEST_HOMES: 'y' }).weighting.windowSeconds).toBe(
      7_776_000,
    );
  });

  test('know how to rank, and whom to leave out', () => {
    const read = (env: Record<string, string>) => {
      const { ranking, recommendEngaged, popularAtMost, strangersAtMost } = readSettings(env);
      return { ranking, recommendEngaged, popularAtMost, strangersAtMost };
    };
    expect(read({})).toEqual({ ranking: 'second-degree', recommendEngaged: true });
    const given = {
      KITH_RANKING: 'circles',
      KITH_RECOMMEND_ENGAGED: 'no',
      KITH_POPULAR_AT_MOST: '15',
      KITH_STRANGERS_AT_MOST: '300',
    };
    expect(read(given)).toEqual({
      ranking: 'circles',
      recommendEngaged: false,
      popularAtMost: 15,
      strangersAtMost: 300,
    });
    expect(() => read({ KITH_RANKING: 'circle' })).toThrow('KITH_RANKING should be second-degree or circles');
    expect(() => read({ KITH_POPULAR_AT_MOST: '21' })).toThrow(BadInputError);
  });

  test('know the half-life of exponential decay in seconds', () => {
    expect(readSettings({ KITH_DECAY: 'exponential', KITH_HALF_LIFE_DAYS: '0.5' }).weighting.decay).toEqual({
      kind: 'exponential',
      halfLifeSeconds: 43_200,
    });
  });

  test('keep activities for thirty days more than the window, for runs of a longer window too, unless a retention is set', () => {
    const day = 86_400;
    const seconds = (env: NodeJS.ProcessEnv, windowDays?: string) =>
      settingsWith(windowDays === undefined ? {} : { KITH_WINDOW_DAYS: windowDays }, env).retention.seconds;
    expect(seconds({})).toBe(120 * day);
    expect(seconds({ KITH_WINDOW_DAYS: '7' })).toBe(37 * day);
    expect(seconds({}, '365')).toBe(395 * day);
    // A look at a few days must not cost the history of the others.
    expect(seconds({}, '7')).toBe(120 * day);
    expect(seconds({ KITH_RETENTION_DAYS: '90' })).toBe(90 * day);
    expect(seconds({ KITH_RETENTION_DAYS: '400' }, '365')).toBe(400 * day);
    expect(seconds({ KITH_RECOMMEND_ACTIVE_DAYS: '365' })).toBe(395 * day);
    expect(seconds({ KITH_RECOMMEND_ACTIVE_DAYS: '30' })).toBe(120 * day);
  });

  test('refuse a retention that is shorter than the window', () => {
    const tooShort = /KITH_RETENTION_DAYS is 89, but activities count for 90 days/;
    expect(() => readSettings({ KITH_RETENTION_DAYS: '89' })).toThrow(tooShort);
    expect(() => readSettings({ KITH_RETENTION_DAYS: '99', KITH_RECOMMEND_ACTIVE_DAYS: '100' })).toThrow(
      'KITH_RETENTION_DAYS is 99, but activities count for 100 days (KITH_RECOMMEND_ACTIVE_DAYS)',
    );
    const env = { KITH_RETENTION_DAYS: '89', KITH_WINDOW_DAYS: '30' };
    const longer = () => settingsWith({ KITH_WINDOW_DAYS: '365' }, env);
    expect(longer).toThrow(/KITH_RETENTION_DAYS is 89, but activities count for 365 days \(--window-days\)/);
    expect(longer).toThrow(BadInputError);
  });

  test('make a home given relatively absolute', () => {
    expect(isAbsolute(readSettings({ KITH_HOME: 'elsewhere' }).home)).toBe(true);
  });

  test.each([
    ['KITH_WINDOW_DAYS', '0', 'a whole number from 1 to 36500'],
    ['KITH_WINDOW_DAYS', '1.5', 'a whole number'],
    ['KITH_SESSIONS', '65', 'a whole number from 1 to 64'],
    ['KITH_MIN_REPUTATION', '1.1', 'a number from 0 to 1'],
    ['KITH_MIN_REPUTATION', '-1', 'a decimal number'],
    ['KITH_BASE_FOLLOW', '0.0001', 'a decimal from 0 to 1000 with at most 3 places'],
    ['KITH_BASE_FOLLOW', '1000.001', 'a decimal from 0 to 1000 with at most 3 places'],
    ['KITH_BASE_FOLLOW', '-1', 'a decimal from 0 to 1000 with at most 3 places'],
    ['KITH_DECAY', 'Linear', 'linear or exponential'],
    ['KITH_LOADER', 'fast', 'auto, bulk or merge'],
    ['KITH_NEO4J_HEAP', '4', 'a size such as 512m or 4g'],
    ['KITH_BOLT_PORT', '65536', 'a whole number from 0 to 65535'],
    ['KITH_POSTGRES_URL', 'hush-hush', 'postgres://user:password@host:port/database'],
    ['KITH_NEO4J_URI', 'https://hush-hush', 'bolt://host:port or neo4j://host:port'],
    ['KITH_NEO4J_URI', 'bolt://hush-hush:notaport', 'bolt://host:port or neo4j://host:port'],
    ['KITH_NEO4J_URI', 'bolt://', 'bolt://host:port or neo4j://host:port'],
    ['KITH_POSTGRES_URL', 'postgres://hush-hush:notaport/kith', 'postgres://user:password@host:port/database'],
    ['KITH_POSTGRES_URL', 'postgres:///hush-hush', 'postgres://user:password@host:port/database'],
    ['KITH_POSTGRES_URL', 'postgres://user:hush-hush@host:99999/kith', 'postgres://user:password@host:port/database'],
    ['KITH_S3_ENDPOINT', 'host:9000', 'http://host:port or https://…'],
    ['KITH_S3_ENDPOINT', 'http://host:port', 'http://host:port or https://…'],
    ['KITH_S3_ENDPOINT', 'http://key:hush-hush@host', 'http://host:port or https://…'],
    ['KITH_S3_REGION', 'eu central', "a region's name such as eu-central-1"],
    ['KITH_WEB_PASSWORD', 'hush-hush-1', 'at least 12 characters'],
    ['KITH_JOBS_URL', 'hush-hush', 'postgres://host:port/database or mongodb://host:port/database'],
    [
      'KITH_JOBS_URL',
      'mysql://kith:hush-hush@host/jobs',
      'postgres://host:port/database or mongodb://host:port/database',
    ],
    ['KITH_JOBS_URL', 'mongodb://', 'postgres://host:port/database or mongodb://host:port/database'],
    [
      'KITH_JOBS_URL',
      'mongodb://a:hush-hush,b:1/jobs',
      'postgres://host:port/database or mongodb://host:port/database',
    ],
    ['KITH_KEEP_RUNS_DAYS', '0', 'a whole number from 1 to 36500'],
    ['KITH_TIME_ZONE', 'Mars/Olympus_Mons', "a time zone's name such as Europe/Berlin"],
    ['KITH_TIME_ZONE', '7 o’clock', "a time zone's name such as Europe/Berlin"],
    ['KITH_LOCK_LIFETIME', '600', 'a span such as 90s, 10m, 6h or 2d'],
    ['KITH_LOCK_LIFETIME', '0s', 'a span such as 90s, 10m, 6h or 2d'],
    ['KITH_LOCK_LIFETIME', '1.5h', 'a span such as 90s, 10m, 6h or 2d'],
    ['KITH_LOCK_LIFETIME', '1w', 'a span such as 90s, 10m, 6h or 2d'],
    ['KITH_LOCK_LIFETIME', '-1m', 'a span such as 90s, 10m, 6h or 2d'],
    ['KITH_STEP_LIMIT', '25d', 'a span of at most 24d'],
    ['KITH_LOG_LEVEL', 'loud', 'trace, debug, info, warn, error, fatal or silent'],
  ])('refuse %s=%s, saying what it should be', (name, value, should) => {
    const read = () => readSettings({ [name]: value });
    expect(read).toThrow(BadInputError);
    expect(read).toThrow(`Wrong settings: ${name} should be ${should}.`);
    expect(read).not.toThrow(/hush/);
  });

  test.each([
    ['an hour that no day has', '0 25 * * *'],
    ['a minute that no hour has', '60 7 * * *'],
    ['a weekday that no week has', '0 7 * * 8'],
    ['a date that no year has', '0 7 31 4 *'],
    ['a range that goes back', '0 7 5-1 * *'],
    ['a step of nothing', '*/0 7 * * *'],
    ['four fields', '0 7 * *'],
    ['six fields', '0 0 7 * * *'],
    ['a word', '@daily'],
    ['words', 'every day at seven sharp'],
    ['a minute by chance', 'H 7 * * *'],
  ])('refuse a schedule with %s', (_, KITH_SCHEDULE) => {
    expect(() => readSettings({ KITH_SCHEDULE })).toThrow(
      new BadInputError("Wrong settings: KITH_SCHEDULE should be five fields of cron such as '0 7 * * *'."),
    );
  });

  test.each(['0 7 * * *', '*/15 6-8 * * 1-5', '0 7 1,15 JAN-MAR *', '30 23 L * *', '0 7 * * THU', '0 7 29 2 *'])(
    'take %s as a schedule',
    (KITH_SCHEDULE) => {
      expect(readSettings({ KITH_SCHEDULE }).jobs.schedule).toBe(KITH_SCHEDULE);
    },
  );

  test('know the daily job: at seven, UTC, on the jobs of the network, unless they are told otherwise', () => {
    expect(readSettings({}).jobs).toMatchObject({ schedule: '0 7 * * *', timeZone: 'UTC', url: undefined });
    const KITH_JOBS_URL = 'mongodb+srv://kith:secret@cluster/jobs';
    expect(readSettings({ KITH_JOBS_URL, KITH_TIME_ZONE: 'America/New_York' }).jobs).toMatchObject({
      url: KITH_JOBS_URL,
      timeZone: 'America/New_York',
    });
    for (const url of ['postgresql://host/jobs', 'mongodb://a:1,b:2/jobs?replicaSet=r', 'mongodb://u:p,q@a:1,b:2/jobs'])
      expect(readSettings({ KITH_JOBS_URL: url }).jobs.url).toBe(url);
    const socket = 'postgres:///kith?host=/run/postgresql';
    expect(readSettings({ KITH_POSTGRES_URL: socket }).postgresUrl).toBe(socket);
  });

  test.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['6h', 21_600_000],
    ['2d', 172_800_000],
    ['24d', 2_073_600_000],
  ])('know a span of %s in milliseconds', (KITH_LOCK_LIFETIME, ms) => {
    expect(readSettings({ KITH_LOCK_LIFETIME }).jobs.lockLifetime).toBe(ms);
  });

  test('take a password of pages of twelve characters', () => {
    expect(readSettings({ KITH_WEB_PASSWORD: 'twelve chars' }).web.password).toBe('twelve chars');
    expect(readSettings({}).web.password).toBeUndefined();
  });

  test('name everything that is wrong at once', () => {
    expect(() => readSettings({ KITH_SESSIONS: 'x', KITH_LOADER: 'x' })).toThrow(/KITH_LOADER.*; KITH_SESSIONS/);
  });

  test('ask for a password beside the address of a Neo4j', () => {
    expect(() => readSettings({ KITH_NEO4J_URI: 'bolt://server' })).toThrow(/KITH_NEO4J_PASSWORD/);
    expect(readSettings({ KITH_NEO4J_URI: 'neo4j+s://server', KITH_NEO4J_PASSWORD: 'p' }).neo4j).toEqual({
      uri: 'neo4j+s://server',
      username: 'neo4j',
      password: 'p',
    });
  });

  test('reach AWS with its own credentials when nothing is said of S3', () => {
    expect(readSettings({}).s3).toEqual({ endpoint: undefined, region: 'us-east-1', keys: undefined });
  });

  test('know the server of S3 and its keys', () => {
    const env = { KITH_S3_ENDPOINT: 'http://127.0.0.1:9000', KITH_S3_ACCESS_KEY: 'a', KITH_S3_SECRET_KEY: 's' };
    expect(readSettings({ ...env, KITH_S3_REGION: 'eu-central-1' }).s3).toEqual({
      endpoint: 'http://127.0.0.1:9000',
      region: 'eu-central-1',
      keys: { accessKey: 'a', secretKey: 's' },
    });
  });

  test.each([
    ['KITH_S3_ACCESS_KEY', 'KITH_S3_SECRET_KEY'],
    ['KITH_S3_SECRET_KEY', 'KITH_S3_ACCESS_KEY'],
  ])('refuse %s without %s, and do not repeat it', (one, other) => {
    const read = () => readSettings({ [one]: 'hush-hush' });
    expect(read).toThrow(BadInputError);
    expect(read).toThrow(`${one} is set but ${other} is not`);
    expect(read).not.toThrow(/hush-hush/);
  });

  test.each([
    ['KITH_WINDOW_DAYZ', 'KITH_WINDOW_DAYZ is not a setting of Kith; did you mean KITH_WINDOW_DAYS?'],
    ['KITH_POSTGRES_URI', 'KITH_POSTGRES_URI is not a setting of Kith; did you mean KITH_POSTGRES_URL?'],
    ['KITH_S3_SECRET', 'KITH_S3_SECRET is not a setting of Kith; did you mean KITH_S3_SECRET_KEY?'],
    ['KITH_home', 'KITH_home is not a setting of Kith; did you mean KITH_HOME?'],
    ['KITH_COLOUR_OF_THE_PAGES', 'KITH_COLOUR_OF_THE_PAGES is not a setting of Kith: docs/settings.md lists them all.'],
  ])('refuse the unknown %s', (name, sentence) => {
    const read = () => readSettings({ [name]: 'hush-hush' });
    expect(read).toThrow(new BadInputError(sentence));
    expect(readSettings({ [name]: '' })).toEqual(readSettings({}));
  });

  test('name every unknown one', () => {
    expect(() => readSettings({ KITH_HOMES: 'x', KITH_MODELS: 'x' })).toThrow(/KITH_HOME\?.*KITH_MODEL\?/);
  });

  test('take what Kubernetes sets for services named kith and kith-bolt for none of theirs', () => {
    const ofService = (name: string, value: string) => ({
      [`${name}_SERVICE_HOST`]: '10.0.0.7',
      [`${name}_SERVICE_PORT`]: '7687',
      [`${name}_SERVICE_PORT_BOLT`]: '7687',
      [`${name}_PORT_7687_TCP`]: value,
      [`${name}_PORT_7687_TCP_ADDR`]: '10.0.0.7',
      [`${name}_PORT_7687_TCP_PORT`]: '7687',
      [`${name}_PORT_7687_TCP_PROTO`]: 'tcp',
    });
    const address = 'tcp://10.0.0.7:7687';
    const env = {
      ...ofService('KITH', address),
      ...ofService('KITH_BOLT', address),
      KITH_PORT: address,
      KITH_API_PORT: address,
    };
    expect(readSettings(env)).toEqual(readSettings({}));
    // A person's own: no service has a port that is a bare number.
    expect(() => readSettings({ KITH_API_PORT: '7687' })).toThrow('KITH_API_PORT is not a setting of Kith');
  });

  test('say what happened when a service of Kubernetes has taken the name of a port', () => {
    expect(() => readSettings({ KITH_BOLT_PORT: 'tcp://10.0.0.7:7687' })).toThrow(
      'KITH_BOLT_PORT holds an address, not a port: Kubernetes sets it for a service named kith-bolt.',
    );
    expect(readSettings({ KITH_BOLT_PORT: '7687' }).embedded.boltPort).toBe(7687);
  });

  test('leave alone what is for the command of the failure hook', () => {
    expect(readSettings({ KITH_FAILED_RUN: 'run-1', KITH_FAILED_WHY: 'why' })).toEqual(readSettings({}));
  });

  test('are all in docs/settings.md (if not: npx tsx scripts/settings-page.ts)', () => {
    expect(readFileSync(join(projectRoot, 'docs', 'settings.md'), 'utf8')).toBe(settingsPage());
    expect(settingsPage()).not.toContain('undefined');
  });

  test('include those of .env.example, with values that they take', () => {
    const example = readFileSync(join(projectRoot, '.env.example'), 'utf8');
    const lines = [...example.matchAll(/^# (KITH_\w+)='?(.*?)'?$/gm)].map(([, name, value]) => [
      name,
      value || 'a long secret',
    ]);
    expect(lines.length).toBeGreaterThan(10);
    expect(() => readSettings(Object.fromEntries(lines))).not.toThrow();
  });
});
