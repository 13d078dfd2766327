import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readSettings } from '../../src/config/settings.ts';
import { homeOf } from '../../src/engines/home.ts';
import { importFolder } from '../../src/engines/import-folder.ts';
import { findProcesses } from '../../src/engines/processes.ts';
import { down, status } from '../../src/engines/stack.ts';
import type { ListedRun } from '../../src/jobs/list-runs.ts';
import { type EndedCommand, kith, RunningCommand } from './command-line.ts';
import type { PublishedTables } from './network.ts';

/** A network with a home and workers of its own, which may be killed; dispose of it to end all that runs. */
export class WorkerNetwork implements AsyncDisposable {
  readonly env: Record<string, string>;
  /** In the order in which they were started. */
  workers: RunningCommand[] = [];

  /** @param folder gets the home; a user other than this one has to get through it */
  constructor(folder: string, env: Record<string, string> = {}) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o711);
    this.env = {
      KITH_HOME: join(folder, 'home'),
      KITH_NEO4J_HEAP: '512m',
      KITH_NEO4J_PAGE_CACHE: '128m',
      KITH_LOCK_LIFETIME: '10s',
      KITH_RETRY_DELAY: '1s',
      ...env,
    };
  }

  /** Starts another worker and waits until it takes jobs. */
  async startWorker(): Promise<RunningCommand> {
    const worker = new RunningCommand(['worker'], this.env);
    this.workers.push(worker);
    await worker.says('worker ready');
    return worker;
  }

  /** `kith …` in this network; throws what it said unless it ends well. */
  async kith(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await kith(args, this.env);
    if (code !== 0) throw new Error(`kith ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** As `kith runs` shows it. While an engine is down it says so, and is asked again. */
  async lastRun(): Promise<ListedRun | undefined> {
    for (let tries = 0; ; tries++)
      try {
        const [run] = JSON.parse(await this.kith('runs', '--json', '--last', '1')) as ListedRun[];
        return run;
      } catch (error) {
        if (tries === 20) throw error;
        await sleep(500);
      }
  }

  /** Waits until the last run satisfies a condition. */
  async until(condition: (run: ListedRun) => boolean): Promise<ListedRun> {
    for (;;) {
      const run = await this.lastRun();
      if (run && condition(run)) return run;
      await sleep(300);
    }
  }

  untilOver(): Promise<ListedRun> {
    return this.until(({ status }) => status === 'published' || status === 'failed');
  }

  /** The worker that does a step just now. */
  async busyWorker(): Promise<RunningCommand | undefined> {
    const run = await this.lastRun();
    const busy = run?.steps.find(({ status }) => status === 'running')?.worker;
    return this.workers.find(({ process }) => busy?.endsWith(`:${process.pid}`) && process.exitCode === null);
  }

  /** Ends a worker with a signal and waits until it is gone. */
  async endWorker(worker: RunningCommand, signal: NodeJS.Signals): Promise<EndedCommand & { seconds: number }> {
    this.workers = this.workers.filter((each) => each !== worker);
    return worker.end(signal);
  }

  /** Kills an engine of its own, if it runs, as when the system runs out of memory. */
  async killEngine(name: 'neo4j' | 'postgres'): Promise<boolean> {
    const { pid } = (await status(readSettings(this.env)))[name];
    if (pid === undefined) return false;
    process.kill(pid, 'SIGKILL');
    return true;
  }

  /** The bulk importer that runs just now, and the worker that started it. */
  importer(): { pid: number; worker: RunningCommand | undefined } | undefined {
    const [found] = findProcesses('kith.Neo4jImport', importFolder(homeOf(readSettings(this.env))));
    if (!found) return undefined;
    const parent = execFileSync('ps', ['-o', 'ppid=', '-p', String(found.pid)], { encoding: 'utf8' }).trim();
    return { pid: found.pid, worker: this.workers.find(({ process }) => process.pid === Number(parent)) };
  }

  /** The published tables, and how many runs were published. */
  async tables(): Promise<PublishedTables & { published: number }> {
    const { postgres } = await status(readSettings(this.env));
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    try {
      const lines = async (columns: string, table: string) => {
        const { rows } = await client.query<{ line: string }>(
          `SELECT concat_ws(',', ${columns}) AS line FROM graph_recs.${table}`,
        );
        return rows.map(({ line }) => line).sort();
      };
      const { rows } = await client.query<{ count: string }>(
        "SELECT count(*) FROM kith.runs WHERE status = 'published'",
      );
      return {
        published: Number(rows[0]?.count),
        closest: await lines('user_id, closest_connection, weight', 'closest_connections'),
        recommendations: await lines('user_id, rec_id', 'recommendations'),
        reasons: await lines('user_id, rec_id, reason_id, weight', 'rec_reasons'),
      };
    } finally {
      await client.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process } of this.workers) process.kill('SIGKILL');
    await Promise.all(this.workers.map(({ ended }) => ended));
    await down(readSettings(this.env));
  }
}
