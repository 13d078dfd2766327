import { createHash } from 'node:crypto';
import pg from 'pg';
import { sqlStateOf } from '../postgres/database.ts';

/** Connections of a reader; more of its requests wait for one. */
const mostConnections = 10;
/** Readers that have connections at a time; the one that has been quiet for longest loses its. */
const mostReaders = 50;

/** The token is no reader's. */
export class WrongTokenError extends Error {}

/**
 * Connections to Postgres by the readers' own roles: what a reader may see, how long and how many queries it may run,
 * is up to its role, and whoever is removed is out.
 */
export class ReaderPools implements AsyncDisposable {
  readonly #url: string;
  /** By a hash of the token, the longest quiet first. */
  readonly #pools = new Map<string, pg.Pool>();

  /** @param url of Postgres; its user and password are replaced */
  constructor(url: string) {
    this.#url = url;
  }

  /** Whether a token let its reader in before. */
  isKnown(token: string): boolean {
    return this.#pools.has(digest(token));
  }

  /**
   * Runs a statement as a reader.
   *
   * @param token `NAME.PASSWORD`
   * @throws WrongTokenError if there is no such reader, or the password is wrong; what Postgres says
   */
  async query<T extends pg.QueryResultRow>(token: string, text: string, values: unknown[]): Promise<T[]> {
    const key = digest(token);
    const pool = this.#pools.get(key) ?? this.#poolOf(token);
    try {
      const { rows } = await pool.query<T>(text, values);
      this.#keep(key, pool);
      return rows;
    } catch (error) {
      if (['28P01', '28000', '3D000'].includes(sqlStateOf(error) ?? '')) {
        this.#pools.delete(key);
        void pool.end();
        throw new WrongTokenError('wrong token', { cause: error });
      }
      if (this.#pools.get(key) !== pool) void pool.end();
      throw error;
    }
  }

  #poolOf(token: string): pg.Pool {
    const dot = token.indexOf('.');
    const url = new URL(this.#url);
    url.username = encodeURIComponent(token.slice(0, Math.max(dot, 0)));
    url.password = encodeURIComponent(token.slice(dot + 1));
    const pool = new pg.Pool({
      ...{ connectionString: url.href, application_name: 'kith serve', max: mostConnections },
      connectionTimeoutMillis: 10_000,
    });
    pool.on('error', () => undefined);
    return pool;
  }

  #keep(key: string, pool: pg.Pool): void {
    const known = this.#pools.get(key);
    // Two first requests of a reader at once: one pool is enough.
    if (known && known !== pool) return void pool.end();
    this.#pools.delete(key);
    this.#pools.set(key, pool);
    const [quietest] = this.#pools;
    if (this.#pools.size <= mostReaders || !quietest) return;
    this.#pools.delete(quietest[0]);
    void quietest[1].end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
