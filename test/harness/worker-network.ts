import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readSettings } from '../../src/config/settings.ts';
import { homeOf } from '../../src/engines/home.ts';
import { importFolder } from '../../src/engines/import-folder.ts';
import { postgresUrl } from '../../src/engines/postgres-roles.ts';
import { findEngine } from '../../src/engines/processes.ts';
import { down, type Stack, status } from '../../src/engines/stack.ts';
import { type ListedRun, listRuns } from '../../src/jobs/list-runs.ts';
import { Database } from '../../src/postgres/database.ts';
import { type EndedCommand, RunningCommand } from './command-line.ts';
import type { PublishedTables } from './network.ts';

/** A network with a home and workers of its own, which may be killed; dispose of it to end all that runs. */
export class WorkerNetwork implements AsyncDisposable {
  readonly env: Record<string, string>;
  /** Those that were not ended, in the order in which they were started. */
  workers: RunningCommand[] = [];
  readonly #started: RunningCommand[] = [];
  readonly #commands = new Set<RunningCommand>();
  readonly #patience: number;
  #disposed: Promise<void> | undefined;
  #lastSeen: { run: ListedRun | undefined; at: Date } | undefined;

  /**
   * @param folder gets the home; a user other than this one has to get through it
   * @param patience seconds after which whatever is waited for throws and says what was seen last: less than the test's
   *   own limit, at which nobody would dispose of the network
   */
  constructor(folder: string, env: Record<string, string> = {}, patience = 600) {
    this.#patience = patience;
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
    const worker = this.beginWorker();
    await worker.says('worker ready');
    return worker;
  }

  /** Starts another worker, which is not ready yet. */
  beginWorker(): RunningCommand {
    this.#refuseIfDisposed();
    const worker = new RunningCommand(['worker'], this.env);
    this.workers.push(worker);
    this.#started.push(worker);
    return worker;
  }

  /** `kith …` in this network; throws what it said unless it ends well. */
  async kith(...args: string[]): Promise<string> {
    this.#refuseIfDisposed();
    const command = new RunningCommand(args, this.env);
    this.#commands.add(command);
    const { code, stdout, stderr } = await this.#inTime(command.ended, () => `kith ${args.join(' ')}: ${command.said}`);
    this.#commands.delete(command);
    if (code !== 0) throw new Error(`kith ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /**
   * As `kith runs` shows it, but without starting Postgres, which is the workers' business, nor a process. While
   * Postgres is down it is asked again.
   */
  async lastRun(): Promise<ListedRun | undefined> {
    const [run] = await this.waitFor('an answer of Postgres', () => this.#askForLastRun().catch(() => undefined), 200);
    this.#lastSeen = { run, at: new Date() };
    return run;
  }

  async #askForLastRun(): Promise<ListedRun[] | undefined> {
    const url = postgresUrl(homeOf(readSettings(this.env)));
    if (url === undefined) return undefined;
    await using database = await Database.connect(url);
    return await listRuns(database, 1);
  }

  /**
   * Asks again and again until there is an answer.
   *
   * @param what it waits for, for the error
   */
  async waitFor<T>(what: string, ask: () => T | undefined | Promise<T | undefined>, pauseMs: number): Promise<T> {
    let over = false;
    const asking = async (): Promise<T> => {
      while (!over) {
        this.#refuseIfDisposed();
        const answer = await ask();
        if (answer !== undefined) return answer;
        await sleep(pauseMs);
      }
      throw new Error('nobody waits any more');
    };
    return this.#inTime(asking(), () => what).finally(() => {
      over = true;
    });
  }

  /** Waits until the last run satisfies a condition. */
  async until(what: string, condition: (run: ListedRun) => boolean): Promise<ListedRun> {
    const ask = async () => {
      const run = await this.lastRun();
      return run && condition(run) ? run : undefined;
    };
    return this.waitFor(what, ask, 300);
  }

  /** Throws when it takes longer than anything should. */
  async #inTime<T>(work: Promise<T>, what: () => string): Promise<T> {
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => reject(this.#tooLate(what())), this.#patience * 1000);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(limit);
      // Whoever waited has gone: what it comes to later is nobody's error.
      work.catch(() => undefined);
    }
  }

  /** What was waited for, and all that is known of why it did not come. */
  #tooLate(what: string): Error {
    const seen = this.#lastSeen;
    const run = seen && `The run, as seen at ${seen.at.toISOString()}:\n${JSON.stringify(seen.run, undefined, 1)}`;
    const logs = this.#started.map(({ process: { pid, exitCode, signalCode }, said }) => {
      const end = exitCode === null && signalCode === null ? 'runs' : `ended with ${exitCode ?? signalCode}`;
      return `Worker ${pid} ${end}; its last lines:\n${said.trimEnd().split('\n').slice(-30).join('\n')}`;
    });
    const now = `It is ${new Date().toISOString()}.`;
    const text = [`waited ${this.#patience} s in vain for ${what}. ${now}`, run, ...logs];
    return new Error(text.filter(Boolean).join('\n\n'));
  }

  untilOver(): Promise<ListedRun> {
    return this.until('the run to be over', ({ status }) => status === 'published' || status === 'failed');
  }

  /** Waits for a worker that does a step. */
  untilBusy(): Promise<RunningCommand> {
    return this.waitFor('a worker that does a step', () => this.busyWorker(), 20);
  }

  /** The worker that does a step just now. */
  async busyWorker(): Promise<RunningCommand | undefined> {
    const run = await this.lastRun();
    const busy = run?.steps.find(({ status }) => status === 'running')?.worker;
    return this.workers.find(({ process }) => busy?.endsWith(`:${process.pid}`) && process.exitCode === null);
  }

  /** Ends a worker with a signal and waits until it is gone. */
  async endWorker(worker: RunningCommand, signal: NodeJS.Signals): Promise<EndedCommand> {
    this.workers = this.workers.filter((each) => each !== worker);
    return worker.end(signal);
  }

  /** Waits until an engine of its own runs, and kills it. */
  async untilEngineKilled(name: 'neo4j' | 'postgres'): Promise<void> {
    await this.waitFor(`${name} to run again`, async () => (await this.killEngine(name)) || undefined, 200);
  }

  /** Kills an engine of its own, if it runs, as when the system runs out of memory. */
  async killEngine(name: 'neo4j' | 'postgres'): Promise<boolean> {
    const { pid } = (await status(readSettings(this.env)))[name];
    if (pid === undefined) return false;
    process.kill(pid, 'SIGKILL');
    return true;
  }

  /** The Postgres of its own, as soon as it was started. */
  get stack(): Pick<Stack, 'postgres'> {
    const url = postgresUrl(homeOf(readSettings(this.env)));
    if (url === undefined) throw new Error('Postgres was never started');
    return { postgres: { url } };
  }

  /** The bulk importer that runs just now, and the worker that started it. */
  importer(): { pid: number; worker: RunningCommand | undefined } | undefined {
    const [found] = findEngine('kith.Neo4jImport', importFolder(homeOf(readSettings(this.env))));
    if (!found) return undefined;
    const { status, stdout } = spawnSync('ps', ['-o', 'ppid=', '-p', String(found.pid)], { encoding: 'utf8' });
    // It has just ended.
    if (status !== 0) return undefined;
    return { pid: found.pid, worker: this.workers.find(({ process }) => process.pid === Number(stdout)) };
  }

  /** Waits for a bulk importer other than the one of this process id. */
  untilImporter(other?: number): Promise<{ pid: number; worker: RunningCommand | undefined }> {
    const ask = () => {
      const importer = this.importer();
      return importer?.pid === other ? undefined : importer;
    };
    return this.waitFor('a bulk importer', ask, 20);
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

  #refuseIfDisposed(): void {
    if (this.#disposed) throw new Error('the network was disposed of');
  }

  /** Ends all that runs in it. It may be called again, to wait for the same end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#end();
    await this.#disposed;
  }

  async #end(): Promise<void> {
    // A command that hangs would start engines again.
    const left = [...this.#started, ...this.#commands];
    for (const { process } of left) process.kill('SIGKILL');
    await Promise.all(left.map(({ ended }) => ended));
    await down(readSettings(this.env));
  }
}
