import { spawn } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { projectRoot } from '../src/config/project.ts';
import { readSettings, type Settings } from '../src/config/settings.ts';
import { status } from '../src/engines/stack.ts';
import { InterruptedError, KithError } from '../src/errors.ts';
import type { RunSummary } from '../src/jobs/run-summary.ts';
import { MemorySampler, type Peak, peakOf } from './memory.ts';
import { benchSql } from './peer.ts';

/** A home of Kith for one network. */
export interface Home {
  settings: Settings;
  /** Exactly the KITH_… variables of its runs. */
  env: Record<string, string>;
}

/** A run as it was measured. */
export interface MeasuredRun {
  /** From the start of `kith run` until its tables were shown. */
  seconds: number;
  /** From then on to its end: closing, and whatever is done once tables are shown. */
  afterSeconds: number;
  /** From the start to the first step: the process, Postgres. */
  startSeconds: number;
  steps: { name: string; seconds: number; memory?: Peak }[];
  /** Of all processes together; undefined where it can't be known. */
  memory?: Peak & { step: string };
  loader?: string;
  /** New messages, and user-weeks: those there are, and those that had no score yet. */
  messages?: { read: number; weeks: number; scored: number };
  graph?: { users: number; activities: number };
}

interface LastRun {
  status: string;
  finished_at: Date;
  summary: RunSummary;
  steps: { name: string; from: string; to: string }[];
}

/** @param root a folder that is made */
export function openHome(root: string, set: Record<string, string>): Home {
  // Postgres, which runs as another user where this one is root, has to get through.
  mkdirSync(root, { recursive: true, mode: 0o711 });
  const env = { ...set, KITH_HOME: join(realpathSync(root), 'home') };
  return { env, settings: readSettings(env) };
}

/**
 * `kith run --input folder` in a process of its own, as a person calls it.
 *
 * @param model the folder of a model, if it is to score the messages
 * @throws KithError if it fails; InterruptedError once the signal aborts, when it has ended
 */
export async function kithRun(home: Home, folder: string, signal: AbortSignal, model?: string): Promise<MeasuredRun> {
  const started = Date.now();
  const args = ['run', '--input', folder, ...(model === undefined ? [] : ['--model', model])];
  const { ended, samples } = await kith(home, args, signal);
  const { finished_at, summary, steps } = await lastRun(home);
  const published = finished_at.getTime();
  const measured = steps.map(({ name, from, to }) => ({
    name,
    seconds: (Date.parse(to) - Date.parse(from)) / 1000,
    memory: peakOf(samples, Date.parse(from), Date.parse(to)),
  }));
  const most = peakOf(samples);
  const heaviest = measured.find(({ memory }) => memory && memory.bytes === most?.bytes);
  return {
    seconds: (published - started) / 1000,
    afterSeconds: (ended - published) / 1000,
    startSeconds: Math.min(...steps.map(({ from }) => Date.parse(from) - started)) / 1000,
    steps: measured,
    memory: most && { ...most, step: heaviest?.name ?? 'before or after the steps' },
    loader: summary.loader,
    messages: messagesOf(summary),
    graph: summary.graph,
  };
}

function messagesOf({ messages, reputation }: RunSummary): MeasuredRun['messages'] {
  if (reputation === undefined || reputation === 'none' || !reputation.model) return undefined;
  const { weeks, scored } = reputation.model;
  return { read: messages ?? 0, weeks, scored };
}

/**
 * Calls `kith` in a process of its own.
 *
 * @throws KithError if it fails; InterruptedError once the signal aborts, when it has ended
 */
export async function kith(home: Home, args: string[], signal: AbortSignal) {
  if (signal.aborted) throw new InterruptedError('Stopped.');
  const inherited = Object.entries(process.env).filter(([name]) => !/^(KITH|JEST|NODE)_/.test(name));
  // Without the settings of the checkout's .env.
  const program = ['--', join(projectRoot, 'bin', 'kith.mjs'), '--env-file', '/dev/null'];
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: join(projectRoot, 'bench'),
    env: { ...Object.fromEntries(inherited), ...home.env },
    stdio: ['ignore', 'ignore', 'inherit'],
    // Ctrl-C of the terminal would reach it besides the signal below, and two of them end it at once.
    detached: true,
  });
  const sampler = new MemorySampler(home.settings.home, child.pid ?? 0);
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  try {
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('exit', resolve),
    );
    if (signal.aborted) throw new InterruptedError('Stopped.');
    if (code !== 0) throw new KithError(`kith ${args.join(' ')} ended with exit code ${code}; what it said is above.`);
    return { ended: Date.now(), samples: sampler.stop() };
  } finally {
    signal.removeEventListener('abort', stop);
    sampler.stop();
  }
}

async function lastRun(home: Home): Promise<LastRun> {
  const rows = await query<LastRun>(home, 'last-run');
  const [run] = rows;
  if (run?.status !== 'published')
    throw new KithError(`The run is ${run?.status ?? 'unknown'} although it ended well.`);
  return run;
}

/** The place of the home's Postgres, which runs. */
export async function postgresUrl(home: Home): Promise<string> {
  const { postgres } = await status(home.settings);
  if (!postgres.url || !postgres.running) throw new KithError('Postgres does not run although a run has ended well.');
  return postgres.url;
}

/** The rows of a statement of the benchmark, from the home's Postgres. */
export async function query<Row extends pg.QueryResultRow>(
  home: Home,
  name: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client(await postgresUrl(home));
  await client.connect();
  try {
    return (await client.query<Row>(await benchSql(name), values)).rows;
  } finally {
    await client.end();
  }
}
