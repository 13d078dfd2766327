import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { statement } from '../config/project.ts';
import { isUnreachable, sqlStateOf } from '../postgres/database.ts';
import { mayBeReader } from '../postgres/readers.ts';

/** Connections of a reader, if its role may have so many; more of its requests wait for one. */
const mostConnections = 10;
/** Readers that have connections at a time; the one that has been quiet for longest loses its. */
const mostReaders = 50;

/** How long a query waits for a connection, in milliseconds. */
const connectMs = 10_000;
/** How long, and how often, Postgres is asked while it says that the role has all of its connections. */
const full = { patienceMs: 3_000, pauseMs: 200 };

/** The token is no reader's. */
export class WrongTokenError extends Error {
  constructor(cause?: unknown) {
    super('wrong token', { cause });
  }
}

/** The client went away before it was let in. */
export class GoneError extends Error {}

/**
 * Connections to Postgres by the readers' own roles: what a reader may see, how long and how many queries it may run,
 * is up to its role, and whoever is removed is out.
 */
export class ReaderPools implements AsyncDisposable {
  readonly #url: URL;
  /** Of readers who have logged in, by a hash of the token, the longest quiet first. */
  readonly #pools = new Map<string, pg.Pool>();
  /** Logins under way, which only a right token makes a reader of. */
  readonly #entering = new Map<string, Promise<pg.Pool>>();
  /** Connections that have answered a query, and may have been ended since. */
  readonly #used = new WeakSet<pg.PoolClient>();

  /** @param url of Postgres; its user and password are replaced */
  constructor(url: string) {
    this.#url = new URL(url);
    // These would win over a reader's own.
    for (const name of ['user', 'password']) this.#url.searchParams.delete(name);
  }

  /**
   * Runs a statement as a reader.
   *
   * @param token `NAME.PASSWORD`
   * @param logIn called around the login, of which there is one at a time for each token; throws GoneError if its client
   *   goes away, and another who waits for it goes next
   * @throws WrongTokenError if there is no such reader, or the password is wrong; what Postgres says
   */
  async query<T extends pg.QueryResultRow>(
    token: string,
    { text, values }: { text: string; values: unknown[] },
    logIn: LogIn,
  ): Promise<T[]> {
    const key = createHash('sha256').update(token).digest('base64');
    const pool = await this.#poolOf(key, token, logIn);
    try {
      return await this.#ask<T>(pool, { text, values });
    } catch (error) {
      if (!isWrongLogin(error)) throw error;
      // Not ended: whoever waits for one of its connections finds the same, and those that are idle close by themselves.
      if (this.#pools.get(key) === pool) this.#pools.delete(key);
      throw new WrongTokenError(error);
    }
  }

  /** Asks again, since statements only read, if it was a connection's fault. */
  async #ask<T extends pg.QueryResultRow>(pool: pg.Pool, query: pg.QueryConfig): Promise<T[]> {
    for (const deadline = performance.now() + full.patienceMs; ; ) {
      let client: pg.PoolClient | undefined;
      try {
        client = await pool.connect();
        const { rows } = await client.query<T>(query);
        client.release();
        this.#used.add(client);
        return rows;
      } catch (error) {
        client?.release(true);
        // It has waited for a query, and may have been ended with Postgres or by whoever removed the reader: a new one
        // tells.
        if (client && this.#used.has(client) && isUnreachable(error)) continue;
        // The process of a connection that was closed takes a moment to leave.
        if (sqlStateOf(error) !== '53300' || performance.now() > deadline) throw error;
        await sleep(full.pauseMs);
      }
    }
  }

  async #poolOf(key: string, token: string, logIn: LogIn): Promise<pg.Pool> {
    const known = this.#pools.get(key);
    if (known) {
      this.#keep(key, known);
      return known;
    }
    const others = this.#entering.get(key);
    if (others)
      return others.catch((error) => {
        if (error instanceof GoneError) return this.#poolOf(key, token, logIn);
        throw error;
      });
    const entering = logIn(() => this.#enter(token))
      .then((pool) => {
        this.#keep(key, pool);
        return pool;
      })
      .finally(() => this.#entering.delete(key));
    this.#entering.set(key, entering);
    return entering;
  }

  async #enter(token: string): Promise<pg.Pool> {
    const [, name = '', password = ''] = /^([^.]*)\.(.+)$/.exec(token) ?? [];
    // Without a name or a password the client would look for others in its surroundings.
    if (!mayBeReader(name) || password === '') throw new WrongTokenError();
    const url = new URL(this.#url);
    url.username = name;
    url.password = encodeURIComponent(password);
    const pool = new pg.Pool({
      connectionString: url.href,
      application_name: 'kith serve',
      max: 1,
      connectionTimeoutMillis: connectMs,
      // One that was dropped, of a reader who is out, is nobody's any more.
      allowExitOnIdle: true,
    });
    pool.on('error', () => undefined);
    // While one is in use, its errors are not the pool's.
    pool.on('connect', (client) => client.on('error', () => undefined));
    try {
      const [row] = await this.#ask<{ limit: number }>(pool, { text: statement('sql/serve/limit.sql') });
      const limit = row?.limit ?? -1;
      pool.options.max = limit < 0 ? mostConnections : Math.max(1, Math.min(mostConnections, limit));
      return pool;
    } catch (error) {
      await pool.end();
      throw isWrongLogin(error) ? new WrongTokenError(error) : error;
    }
  }

  #keep(key: string, pool: pg.Pool): void {
    this.#pools.delete(key);
    this.#pools.set(key, pool);
    if (this.#pools.size <= mostReaders) return;
    // Queries that wait for a connection of an ended pool would never get one.
    const quietest = [...this.#pools].find(([, { waitingCount }]) => waitingCount === 0);
    if (!quietest || quietest[1] === pool) return;
    this.#pools.delete(quietest[0]);
    // Once its queries have ended.
    void quietest[1].end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#entering.values());
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }
}

type LogIn = <R>(attempt: () => Promise<R>) => Promise<R>;

function isWrongLogin(error: unknown): boolean {
  return ['28P01', '28000', '3D000'].includes(sqlStateOf(error) ?? '');
}
