/**
 * Runs of the queue in a row, each on a new home with two workers, during each of which whatever works is killed (-9)
 * at four random moments: the worker that does a step, Neo4j, Postgres or the bulk importer. All of them must publish
 * once, and the tables be those of an undisturbed run. Ingest takes far longer than any other step, so the moments are
 * drawn by step, lest all of them fall into that one.
 *
 *   npx tsx bench/killed-runs.ts [--runs 20] [--activities 400000] [--users 10000] [--seed 1] [--from 1]
 *
 * With `--from 12` the first 11 are taken from the results that are there, if they are of the same network.
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { projectRoot } from '../src/config/project.ts';
import { generate } from '../src/generate/generate.ts';
import { Random } from '../src/random.ts';
import { WorkerNetwork } from '../test/harness/worker-network.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    activities: { type: 'string', default: '400000' },
    users: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const killsEach = 4;
/**
 * The steps in the order in which they run, and about how many seconds each takes here: a kill falls somewhere into one
 * of them.
 */
const stepSeconds = { ingest: 15, closest: 5, recommend: 4, publish: 6 };
type Step = keyof typeof stepSeconds;
const steps = Object.keys(stepSeconds) as Step[];
const env = { KITH_NEO4J_HEAP: '1g', KITH_NEO4J_PAGE_CACHE: '512m' };

/** What was killed, and which steps were under way. */
interface Kill {
  victim: 'worker' | 'neo4j' | 'postgres' | 'importer';
  during: string;
}

/** One number for three tables. */
async function digestOf(network: WorkerNetwork): Promise<{ published: number; rows: number; sha256: string }> {
  const { published, closest, recommendations, reasons } = await network.tables();
  const hash = createHash('sha256');
  for (const table of [closest, recommendations, reasons]) hash.update(table.join('\n')).update('\0');
  const rows = closest.length + recommendations.length + reasons.length;
  return { published, rows, sha256: hash.digest('hex') };
}

/** Kills one of what works; undefined if just that did not run. */
async function kill(network: WorkerNetwork, random: Random): Promise<Kill['victim'] | undefined> {
  const importer = network.importer();
  const victims = ['worker', 'worker', 'neo4j', 'postgres', ...(importer ? (['importer'] as const) : [])] as const;
  const victim = victims[Math.floor(random.fraction() * victims.length)] ?? 'worker';
  if (victim === 'importer' && importer) process.kill(importer.pid, 'SIGKILL');
  if (victim === 'neo4j' || victim === 'postgres') return (await network.killEngine(victim)) ? victim : undefined;
  if (victim === 'worker') {
    const busy = await network.busyWorker();
    if (!busy) return undefined;
    await network.endWorker(busy, 'SIGKILL');
    await network.startWorker();
  }
  return victim;
}

/** Of which steps the kills are, in the order of the run. */
function drawSteps(random: Random): Step[] {
  const drawn = Array.from({ length: killsEach }, () => Math.floor(random.fraction() * steps.length));
  return drawn.sort((a, b) => a - b).map((index) => steps[index] ?? 'ingest');
}

/** Waits until `step` or a later one is running; false if the run is over before. */
async function untilRunning(network: WorkerNetwork, step: Step): Promise<boolean> {
  const from = steps.indexOf(step);
  for (;;) {
    const run = await network.lastRun();
    if (run?.status === 'published' || run?.status === 'failed') return false;
    const isThere = run?.steps.some(({ name, status }) => status === 'running' && steps.indexOf(name as Step) >= from);
    if (isThere) return true;
    await sleep(200);
  }
}

/** The steps that are running just now. */
async function underWay(network: WorkerNetwork): Promise<string> {
  const run = await network.lastRun();
  const running = run?.steps.filter(({ status }) => status === 'running').map(({ name }) => name) ?? [];
  return running.join(' and ') || 'nothing';
}

async function killedRun(folder: string, input: string, random: Random) {
  await using network = new WorkerNetwork(folder, env, 3_600);
  await Promise.all([network.startWorker(), network.startWorker()]);
  const started = performance.now();
  await network.kith('enqueue', '--input', input);
  const kills: Kill[] = [];
  for (const step of drawSteps(random)) {
    if (!(await untilRunning(network, step))) break;
    await sleep(random.fraction() * stepSeconds[step] * 1000);
    const during = await underWay(network);
    let victim: Kill['victim'] | undefined;
    while (!victim) victim = await kill(network, random);
    kills.push({ victim, during });
  }
  const run = await network.untilOver();
  const attempts = run.steps.reduce((sum, step) => sum + step.attempts, 0);
  return {
    status: run.status,
    error: run.error,
    seconds: (performance.now() - started) / 1000,
    kills,
    attempts,
    ...(await digestOf(network)),
  };
}

interface Results {
  undisturbed: { sha256: string };
  equal: number;
  runs: { isEqual: boolean }[];
}

const out = join(projectRoot, 'bench', 'results');
const resultsFile = join(out, 'killed-runs.json');

/** The runs before `--from`. @throws if they were of another network */
function earlierRuns(sha256: string): Results['runs'] {
  const count = Number(values.from) - 1;
  if (count === 0) return [];
  const { undisturbed, runs } = JSON.parse(readFileSync(resultsFile, 'utf8')) as Results;
  if (undisturbed.sha256 !== sha256 || runs.length < count)
    throw new Error(`${resultsFile} does not hold ${count} runs of this network`);
  return runs.slice(0, count);
}

/** Written after every run: an hour is long. */
function write(results: object): void {
  const [cpu] = cpus();
  const machine = {
    cpu: cpu?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  mkdirSync(out, { recursive: true });
  const whole = { date: new Date().toISOString().slice(0, 10), machine, options: values, ...results };
  writeFileSync(resultsFile, `${JSON.stringify(whole, undefined, 2)}\n`);
}

const root = mkdtempSync(join(tmpdir(), 'kith-bench-killed-'));
chmodSync(root, 0o711);
try {
  const input = join(root, '20240601');
  await generate({ users: Number(values.users), activities: Number(values.activities), messages: 0, seed, out: input });
  const undisturbed = await (async () => {
    await using network = new WorkerNetwork(join(root, 'undisturbed'), env);
    await network.kith('run', '--input', input);
    // Awaited here: its engines run only until this function ends.
    return await digestOf(network);
  })();
  console.log('undisturbed', undisturbed);
  const runs = earlierRuns(undisturbed.sha256);
  let equal = runs.filter(({ isEqual }) => isEqual).length;
  for (let i = runs.length + 1; i <= Number(values.runs); i++) {
    const folder = join(root, `run-${i}`);
    const run = await killedRun(folder, input, new Random(seed, `kills ${i}`));
    rmSync(folder, { recursive: true, force: true });
    const isEqual = run.status === 'published' && run.published === 1 && run.sha256 === undisturbed.sha256;
    if (isEqual) equal++;
    runs.push({ ...run, isEqual });
    write({ undisturbed, equal, runs });
    console.log(i, isEqual ? 'equal' : 'NOT EQUAL', JSON.stringify(run));
  }
  console.log(`${equal} of ${runs.length} equal`);
  process.exitCode = equal === runs.length ? 0 : 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}
