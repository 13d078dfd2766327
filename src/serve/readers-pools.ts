import { createHash } from 'node:crypto';
import pg from 'pg';
import { statement } from '../config/project.ts';
import { sqlStateOf } from '../postgres/database.ts';
import { mayBeReader } from '../postgres/readers.ts';

/** Connections of a reader, if its role may have so many; more of its requests wait for one. */
const mostConnections = 10;
/** Readers that have connections at a time; the one that has been quiet for longest loses its. */
const mostReaders = 50;

/** The token is no reader's. */
export class WrongTokenError extends Error {
  constructor(cause?: unknown) {
    super('wrong token', { cause });
  }
}

/**
 * Connections to Postgres by the readers' own roles: what a reader may see, how long and how many queries it may run,
 * is up to its role, and whoever is removed is out.
 */
export class ReaderPools implements AsyncDisposable {
  readonly #url: URL;
  /** By a hash of the token, the longest quiet first. Whoever comes while its reader logs in waits for that. */
  readonly #pools = new Map<string, Promise<pg.Pool>>();

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
   * @param logIn called around the login, of which there is one at a time for each token
   * @throws WrongTokenError if there is no such reader, or the password is wrong; what Postgres says
   */
  async query<T extends pg.QueryResultRow>(
    token: string,
    { text, values }: { text: string; values: unknown[] },
    logIn: <R>(attempt: () => Promise<R>) => Promise<R>,
  ): Promise<T[]> {
    const key = createHash('sha256').update(token).digest('base64');
    const entering = this.#pools.get(key) ?? logIn(() => this.#enter(token));
    this.#keep(key, entering);
    try {
      return (await (await entering).query<T>(text, values)).rows;
    } catch (error) {
      const isOut = error instanceof WrongTokenError || isWrongLogin(error);
      // Whoever could not enter now may be able to later.
      if (isOut || !(await entered(entering))) {
        if (this.#pools.get(key) === entering) this.#pools.delete(key);
        void entering.then((pool) => pool.end()).catch(() => undefined);
      }
      throw isOut && !(error instanceof WrongTokenError) ? new WrongTokenError(error) : error;
    }
  }

  async #enter(token: string): Promise<pg.Pool> {
    const [, name = '', password = ''] = /^([^.]*)\.(.+)$/.exec(token) ?? [];
    // Without a name or a password the client would look for others in its surroundings.
    if (!mayBeReader(name) || password === '') throw new WrongTokenError();
    const url = new URL(this.#url);
    url.username = name;
    url.password = encodeURIComponent(password);
    const pool = new pg.Pool({
      ...{ connectionString: url.href, application_name: 'kith serve', max: 1 },
      connectionTimeoutMillis: 10_000,
    });
    pool.on('error', () => undefined);
    try {
      const { rows } = await pool.query<{ limit: number }>(statement('sql/serve/limit.sql'));
      const limit = rows[0]?.limit ?? -1;
      pool.options.max = limit < 0 ? mostConnections : Math.max(1, Math.min(mostConnections, limit));
      return pool;
    } catch (error) {
      await pool.end();
      throw isWrongLogin(error) ? new WrongTokenError(error) : error;
    }
  }

  #keep(key: string, entering: Promise<pg.Pool>): void {
    this.#pools.delete(key);
    this.#pools.set(key, entering);
    const [quietest] = this.#pools;
    if (this.#pools.size <= mostReaders || !quietest) return;
    this.#pools.delete(quietest[0]);
    void quietest[1].then((pool) => pool.end()).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.#pools.values()].map((entering) => entering.then((pool) => pool.end()).catch(() => undefined)),
    );
  }
}

function isWrongLogin(error: unknown): boolean {
  return ['28P01', '28000', '3D000'].includes(sqlStateOf(error) ?? '');
}

function entered(entering: Promise<pg.Pool>): Promise<boolean> {
  return entering.then(
    () => true,
    () => false,
  );
}
