import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { readSettings } from '../../src/config/settings.ts';
import { homeOf } from '../../src/engines/home.ts';
import { findNeo4j } from '../../src/engines/neo4j.ts';
import { findPostgres } from '../../src/engines/postgres.ts';
import { postgresUrl } from '../../src/engines/postgres-roles.ts';
import { findWorkingIn } from '../../src/engines/processes.ts';
import { status } from '../../src/engines/stack.ts';
import { RunningCommand } from '../../test/harness/command-line.ts';
import type { SmallDisk } from '../../test/harness/small-disk.ts';
import { WorkerNetwork } from '../../test/harness/worker-network.ts';
import { benchSql } from '../peer.ts';
import type { Victim } from './plan.ts';

/** What the published tables hold. */
export interface Digest {
  rows: number;
  /** Different updated_at in each table: 1, once something was published. */
  runs: number[];
  /** All columns but created_at and updated_at, of all tables. */
  values: string;
  /** Since which as-of each row stands. */
  created: string;
}

/** Seconds after which whatever is waited for in a network counts as never coming. */
export const patienceSeconds = 300;

/** The home that is disturbed, and what it is asked. */
export class Stage implements AsyncDisposable {
  readonly disk: SmallDisk | undefined;
  readonly #folder: string;
  readonly #set: Record<string, string>;
  network: WorkerNetwork;
  /** Whether a run on half a day was published in this home. */
  isTorn = false;
  readonly #commands = new Set<RunningCommand>();
  #homes = 0;
  #disposed: Promise<void> | undefined;

  /** @param set settings of Kith besides those of small tests */
  constructor(folder: string, disk: SmallDisk | undefined, set: Record<string, string>) {
    this.#folder = disk?.folder ?? folder;
    this.disk = disk;
    // So that the first day of a network as small as this is imported in bulk.
    this.#set = { KITH_BULK_MIN_ACTIVITIES: '1000', ...set };
    this.network = this.#newNetwork();
  }

  #newNetwork(): WorkerNetwork {
    this.#homes++;
    const folder = join(this.#folder, `home-${this.#homes}`);
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o711);
    return new WorkerNetwork(folder, this.#set, patienceSeconds);
  }

  /** Starts `kith …`, which is ended with the stage. */
  kith(args: string[], env = this.env): RunningCommand {
    this.refuseIfDisposed();
    const command = new RunningCommand(args, env);
    this.#commands.add(command);
    const forget = () => this.#commands.delete(command);
    command.ended.then(forget, forget);
    return command;
  }

  /** Leaves the home, and everything that runs in it, for one without anything. */
  async begin(): Promise<void> {
    const folder = join(this.#folder, `home-${this.#homes}`);
    await this.network[Symbol.asyncDispose]();
    this.refuseIfDisposed();
    rmSync(folder, { recursive: true, force: true });
    this.network = this.#newNetwork();
    this.isTorn = false;
  }

  /** Empties the home, as a person would. */
  async empty(): Promise<void> {
    await this.network.kith('reset', '--yes');
    this.isTorn = false;
  }

  get env(): Record<string, string> {
    return this.network.env;
  }

  /**
   * The settings of a process that uses the engines of this home as servers. Its own home is another: processes of one
   * machine share the clock of its files.
   */
  async envOfServers(): Promise<Record<string, string>> {
    await this.network.kith('up');
    const { neo4j, postgres } = await status(readSettings(this.env));
    return {
      ...this.env,
      KITH_HOME: join(this.#folder, 'home-of-another'),
      KITH_NEO4J_URI: neo4j.uri ?? '',
      KITH_NEO4J_PASSWORD: neo4j.password ?? '',
      KITH_POSTGRES_URL: postgres.url ?? '',
    };
  }

  /** The processes of a victim that run just now. */
  pidsOf(victim: Exclude<Victim, 'program'>, which = 0): number[] {
    const home = homeOf(readSettings(this.env));
    const data = join(home.postgres, 'data');
    switch (victim) {
      case 'neo4j':
        return pids(findNeo4j(home));
      case 'importer':
        return pids(this.network.importer());
      case 'postgres':
        return [...pids(findPostgres(home)), ...pids(...findWorkingIn(data))];
      case 'backend': {
        const sessions = findWorkingIn(data).filter(({ command }) => /^\0postgres: kith kith /.test(command));
        return pids(sessions[which % sessions.length]);
      }
    }
  }

  /** Where the tables are; undefined before Postgres was started for the first time. */
  get url(): string | undefined {
    return postgresUrl(homeOf(readSettings(this.env)));
  }

  async digest(): Promise<Digest> {
    const ask = async () =>
      this.query<Record<'values' | 'created', string> & Record<'rows' | 'runs', number>>(
        await benchSql('chaos-digest'),
      );
    const tables = await ask().catch(async () => {
      // It may have been killed after the publish.
      await this.network.kith('up');
      return ask();
    });
    return {
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      runs: tables.map(({ runs }) => runs),
      values: tables.map(({ values }) => values).join(' '),
      created: tables.map(({ created }) => created).join(' '),
    };
  }

  /** How many runs as of an instant (epoch seconds) were published; 0 where Postgres was never started. */
  async publishedAsOf(asOf: number): Promise<number> {
    if (this.url === undefined) return 0;
    const ask = () =>
      this.query<{ published: number }>(
        "SELECT count(*)::integer AS published FROM kith.runs WHERE as_of = to_timestamp($1) AND status = 'published'",
        [asOf],
      );
    const rows = await ask().catch(async () => {
      // It may have been killed; that it can't be started is for the next run to tell.
      await this.network.kith('up').catch(() => undefined);
      return ask().catch(() => []);
    });
    return rows[0]?.published ?? 0;
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 20_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** The worker that does a step just now, or else any. */
  async busyWorker(): Promise<RunningCommand | undefined> {
    const { network } = this;
    return (await network.busyWorker().catch(() => undefined)) ?? network.workers[0];
  }

  /** For whoever waits for what can't come any more. */
  refuseIfDisposed(): void {
    if (this.#disposed) throw new Error('the stage was disposed of');
  }

  /** Ends all that runs in the home. It may be called again, to wait for the same end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#end();
    await this.#disposed;
  }

  async #end(): Promise<void> {
    this.disk?.free();
    // What goes on would start engines again.
    for (const { process } of this.#commands) process.kill('SIGKILL');
    await Promise.all([...this.#commands].map(({ ended }) => ended));
    await this.network[Symbol.asyncDispose]();
  }
}

function pids(...processes: ({ pid: number } | undefined)[]): number[] {
  return processes.flatMap((each) => (each ? [each.pid] : []));
}
