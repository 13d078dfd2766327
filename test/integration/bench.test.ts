import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry, Figures } from '../../bench/results.ts';
import { projectRoot } from '../../src/config/project.ts';
import { findProcesses } from '../../src/engines/processes.ts';
import { until } from '../harness/until.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kith-bench-test-'));
  mkdirSync(join(home, 'scratch'));
  // Postgres, which runs as another user where this one is root, has to get through.
  for (const folder of [home, join(home, 'scratch')]) chmodSync(folder, 0o711);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** `npm run bench -- …` with small engines; what it makes goes into `home`. */
function bench(...args: string[]): {
  pid: number;
  kill: (signal: NodeJS.Signals) => void;
  ended: Promise<[number | null, string]>;
} {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(KITH|JEST|NODE)_/.test(name));
  const places = [
    '--scratch',
    join(home, 'scratch'),
    '--results',
    join(home, 'results'),
    '--report',
    join(home, 'page.md'),
  ];
  const child = spawn(process.execPath, [join('scripts', 'run.mjs'), join('bench', 'main.ts'), ...args, ...places], {
    cwd: projectRoot,
    env: { ...Object.fromEntries(inherited), KITH_NEO4J_HEAP: '512m', KITH_NEO4J_PAGE_CACHE: '128m' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.on('data', (text: Buffer) => {
    told += text;
  });
  const ended = new Promise<[number | null, string]>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve([code, told]));
  });
  return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), ended };
}

function entryOf<What extends keyof Figures>(what: What, name: string = what): Entry<Figures[What]> {
  const { entries } = JSON.parse(readFileSync(join(home, 'results', `${name}.json`), 'utf8'));
  expect(entries).toHaveLength(1);
  return entries[0];
}

test('npm run bench measures both days and DuckDB with equal rows by both rankings, one user live and memory per step, and fills the page', async () => {
  copyFileSync(join(projectRoot, 'docs', 'performance.md'), join(home, 'page.md'));
  const only = ['--only', 'first,next,show,serve,report'];
  const [code, told] = await bench('--sizes', '20k', '--supernodes', '--rankings', 'second-degree,circles', ...only)
    .ended;
  // What it says is worth more than a code.
  expect(code === 0 ? '' : told).toBe('');
  const { size, options, versions, figures } = entryOf('supernodes');
  expect({ size, ...options }).toMatchObject({ size: 20_000, users: 500, seed: 1 });
  expect(versions.neo4j).toMatch(/^5\./);
  const { first, next, show } = figures;
  expect(first?.activities).toBe(24_400);
  expect(next?.activities).toBe(220);
  let samples = 0;
  for (const run of [first, next]) {
    expect(run?.rows.closest).toBeGreaterThan(5_000);
    expect(run?.rows.recommendations).toBeGreaterThan(5_000);
    expect(run?.rows.reasons).toBeGreaterThan(run?.rows.recommendations ?? 0);
    expect(run?.kith.steps.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ingest', 'closest', 'reputation', 'recommend', 'publish']),
    );
    expect(run?.ratio).toBeCloseTo((run?.kith.seconds ?? 0) / (run?.duckdbSeconds ?? 0), 9);
    if (process.platform === 'linux') {
      // Samples are half a second apart: of so few activities, not every step lasts until one.
      const seen = run?.kith.steps.filter(({ name, memory }) => memory && name !== 'ingest') ?? [];
      samples += seen.length;
      for (const { memory } of seen) {
        expect(Object.keys(memory?.by ?? {}).sort()).toEqual(['kith', 'neo4j', 'postgres']);
        expect(memory?.bytes).toBeGreaterThan(300 * 2 ** 20);
      }
      const bytes = Math.max(0, ...seen.map(({ memory }) => memory?.bytes ?? 0));
      expect(run?.kith.memory?.bytes).toBeGreaterThanOrEqual(bytes);
    }
  }
  if (process.platform === 'linux') expect(samples).toBeGreaterThan(0);
  expect(next?.rows).not.toEqual(first?.rows);
  const circles = entryOf('supernodes', 'supernodes-circles').figures;
  for (const [run, other] of [
    [circles.first, first],
    [circles.next, next],
  ]) {
    expect(run?.rows.closest).toBe(other?.rows.closest);
    expect(run?.rows.recommendations).toBeGreaterThan(other?.rows.recommendations ?? 0);
  }
  expect(circles.show?.random.users).toBe(1000);
  expect([show?.random.users, show?.heaviest.users]).toEqual([1000, 100]);
  expect(show?.random.median).toBeLessThanOrEqual(show?.random.p99 ?? 0);
  expect(show?.supernodes?.fan).toBeGreaterThan(0);
  const { clients, http, postgres, ratio } = entryOf('serve').figures;
  expect([clients, http.requests, postgres.requests]).toEqual([500, 30_000, 30_000]);
  for (const { median, p99 } of [http, postgres]) expect(p99).toBeGreaterThanOrEqual(median);
  expect(ratio).toBeCloseTo(http.perSecond / postgres.perSecond, 9);
  expect(readFileSync(join(home, 'page.md'), 'utf8')).toMatch(/\| 20k +\| 500 +\| kith serve +\|/);
  expect(readFileSync(join(home, 'page.md'), 'utf8')).toMatch(/\| 20k, next day +\| 220 +\|/);
  expect(readdirSync(join(home, 'scratch'))).toEqual([]);
});

test('npm run bench simulates days, and its picture has a line for each store', async () => {
  copyFileSync(join(projectRoot, 'docs', 'performance.md'), join(home, 'page.md'));
  const [code, told] = await bench('--simulate-days', '2', '--activities', '6k').ended;
  expect(code === 0 ? '' : told).toBe('');
  const { days, activitiesPerDay } = entryOf('days').figures;
  expect(activitiesPerDay).toBe(50);
  expect(days.map(({ day }) => day)).toEqual([0, 1, 2]);
  for (const { graph, postgres, activities } of days) {
    expect(graph).toBeGreaterThan(100_000);
    expect(postgres).toBeGreaterThan(1_000_000);
    expect(activities).toBeGreaterThan(4_000);
  }
  expect(readFileSync(join(home, 'images', 'bench-days.svg'), 'utf8')).toContain('>Postgres</text>');
  expect(readFileSync(join(home, 'images', 'bench-days-seconds.svg'), 'utf8')).toContain('>to published</text>');
});

test('npm run bench scores the messages of both days by a model, of the next day only what is new', async () => {
  copyFileSync(join(projectRoot, 'docs', 'performance.md'), join(home, 'page.md'));
  const [code, told] = await bench('--only', 'messages,report', '--activities', '20k').ended;
  expect(code === 0 ? '' : told).toBe('');
  const { first, next } = entryOf('messages').figures;
  expect(first.messages?.read).toBe(20_000);
  expect(next.messages?.read).toBe(220);
  expect(first.messages?.scored).toBe(first.messages?.weeks);
  expect(next.messages?.scored).toBeGreaterThan(0);
  expect(next.messages?.scored).toBeLessThanOrEqual(220);
  expect(next.messages?.weeks).toBeGreaterThanOrEqual(first.messages?.weeks ?? Number.NaN);
  expect(readFileSync(join(home, 'page.md'), 'utf8')).toMatch(/\| 20k, next day +\| 220 +\|/);
});

test('npm run bench that is stopped leaves no engine and no file', async () => {
  const running = bench('--sizes', '20k', '--only', 'first');
  const scratch = join(home, 'scratch');
  const ofHome = () => findProcesses('kith.Neo4jServer').filter(({ command }) => command.includes(scratch));
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  await until('an engine of the benchmark', () => over || ofHome().length > 0, { pauseMs: 200 });
  expect(ofHome()).toHaveLength(1);
  running.kill('SIGTERM');
  const [code] = await running.ended;
  expect(code).toBe(130);
  expect(ofHome()).toEqual([]);
  expect(readdirSync(scratch)).toEqual([]);
  expect(existsSync(join(home, 'results'))).toBe(false);
});

test('npm run bench reads files beside DuckDB, and the same rows in other forms', async () => {
  copyFileSync(join(projectRoot, 'docs', 'performance.md'), join(home, 'page.md'));
  const [code, told] = await bench('--only', 'read,report', '--sizes', '20k').ended;
  expect(code === 0 ? '' : told).toBe('');
  const { ratio, kithSeconds, duckdbSeconds, forms } = entryOf('read').figures;
  expect(ratio).toBeCloseTo(kithSeconds / duckdbSeconds, 9);
  expect(forms.map(({ name }) => name)).toEqual(['a header and `;`', 'JSON lines']);
  for (const form of forms) expect(form.ratio).toBeCloseTo(form.seconds / kithSeconds, 9);
  expect(readFileSync(join(home, 'page.md'), 'utf8')).toMatch(/\| 20k +\| JSON lines +\| .* \| the plain files \|/);
  expect(readdirSync(join(home, 'scratch'))).toEqual([]);
});
