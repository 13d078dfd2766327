import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { z } from 'zod';
import { statement } from '../config/project.ts';
import { messageOf } from '../errors.ts';
import { type SqlFile, sqlStateOf } from '../postgres/database.ts';
import { idOfPath, numberOfText, type UserIdKind } from '../user-id.ts';
import { processLog } from '../watch/log.ts';
import { SlowDown } from '../web/slow-down.ts';
import { openApi } from './openapi.ts';
import { GoneError, type ReaderPools, WrongTokenError } from './readers-pools.ts';
import { type Address, type Answer, addressesFor, type PathOf, type QueryOf } from './schemas.ts';

/** What the API needs to know of Kith besides the tables. */
export interface ApiContext {
  /** What user ids are. */
  userIds: UserIdKind | undefined;
  pools: ReaderPools;
  /** Seconds for which an answer may be kept. */
  freshFor: () => Promise<number>;
  /** Throws if Postgres doesn't answer. */
  check: () => Promise<void>;
}

/** What is wrong with a request, for an answer by RFC 9457. */
class Problem extends Error {
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, detail: string) {
    super(detail);
    this.status = status;
    this.title = title;
  }
}

/** The read-only HTTP API over the published tables. */
export function api({ userIds, pools, freshFor, check }: ApiContext): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  const slowDown = new SlowDown();
  const addresses = addressesFor(userIds);
  const documentation = openApi(addresses);
  const isText = userIds === 'text';
  const numberOf = (id: string) => (isText ? numberOfText(id) : id);

  app.get('/healthz', async (_, response) => {
    await check();
    response.json({ status: 'ok' });
  });
  app.get('/openapi.json', (_, response) => response.json(documentation));

  answer(
    '/v1/users/{id}/recommendations',
    isText ? 'sql/serve/texts/recommendations.sql' : 'sql/serve/recommendations.sql',
    {
      values: ({ id }, { limit }) => [numberOf(id), limit],
      body: (run, items, { id }) => ({ run, user: id, recommendations: items ?? [] }),
    },
  );
  answer('/v1/users/{id}/closest', isText ? 'sql/serve/texts/closest.sql' : 'sql/serve/closest.sql', {
    values: ({ id }, { limit }) => [numberOf(id), limit],
    body: (run, items, { id }) => ({ run, user: id, closest: items ?? [] }),
  });
  answer(
    '/v1/users/{id}/recommendations/{rec}/reasons',
    isText ? 'sql/serve/texts/reasons.sql' : 'sql/serve/reasons.sql',
    {
      values: ({ id, rec }) => [numberOf(id), numberOf(rec)],
      body: (run, items, { id, rec }) => {
        if (!items) throw new Problem(404, 'Not recommended', `Run ${run} does not recommend ${rec} to ${id}.`);
        return { run, user: id, recommended: rec, reasons: items };
      },
    },
  );
  app.get('/v1/run', async (request, response) => {
    checked(addresses['/v1/run'].query, request.query);
    const [row] = await read<Answer<'/v1/run'>>(request, 'sql/serve/run.sql', []);
    await send(request, response, row?.run, () => row);
  });
  app.use((request) => {
    throw new Problem(404, 'Not found', `There is nothing at ${request.path}; /openapi.json names all addresses.`);
  });
  app.use(onError);
  return app;

  /** Answers an address by one statement, which gives the run and items of it. */
  function answer<A extends Exclude<Address, '/v1/run'>>(
    address: A,
    file: SqlFile,
    {
      values,
      body,
    }: {
      values: (path: PathOf<A>, query: QueryOf<A>) => unknown[];
      body: (run: string, items: never[] | null, path: PathOf<A>) => Answer<A>;
    },
  ): void {
    const { path: ofPath, query: ofQuery } = addresses[address] as unknown as {
      path: z.ZodType<PathOf<A>>;
      query: z.ZodType<QueryOf<A>>;
    };
    app.get(address.replace(/\{(\w+)\}/g, ':$1'), async (request, response) => {
      const parts = Object.entries(request.params as Record<string, string>);
      const path = checked(ofPath, Object.fromEntries(parts.map(([name, part]) => [name, idOfPath(part)])));
      const query = checked(ofQuery, request.query);
      const [row] = await read<{ run: string | null; items: never[] | null }>(request, file, values(path, query));
      await send(request, response, row?.run ?? undefined, (run) => body(run, row?.items ?? null, path));
    });
  }

  /** Runs a statement as the reader whose token comes with the request; wrong tokens of an address are slowed down. */
  async function read<T extends Record<string, unknown>>(
    { headers, socket }: Request,
    file: SqlFile,
    values: unknown[],
  ): Promise<T[]> {
    const [scheme = '', token = ''] = (headers.authorization ?? '').split(' ');
    if (!/^bearer$/i.test(scheme) || token === '')
      throw new Problem(401, 'Token?', 'Give a reader in the header: Authorization: Bearer NAME.PASSWORD.');
    return pools.query<T>(token, { text: statement(file), values }, async (attempt) => {
      if (slowDown.isWaiting(socket)) throw new Problem(429, 'Too many', 'One at a time, please.');
      const giveBack = await slowDown.wait(socket);
      if (giveBack === undefined) throw new GoneError();
      return attempt().then(
        (pool) => {
          giveBack();
          return pool;
        },
        (error) => {
          // What is the server's fault is no guess.
          if (!(error instanceof WrongTokenError)) giveBack();
          throw error;
        },
      );
    });
  }

  async function send(
    request: Request,
    response: Response,
    run: string | undefined,
    body: (run: string) => unknown,
  ): Promise<void> {
    if (run === undefined) throw new Problem(404, 'Nothing published', 'No run has been published yet.');
    const content = body(run);
    const tag = `"${run}"`;
    response.set({ ETag: tag, 'Cache-Control': `private, max-age=${await freshFor()}`, Vary: 'Authorization' });
    const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
    if (known.includes(tag)) response.status(304).end();
    else response.json(content);
  }
}

/** @throws Problem 400 naming what is wrong */
function checked<T>(schema: z.ZodType<T>, given: unknown): T {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  const wrong = error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
  throw new Problem(400, 'Bad request', `${wrong}.`);
}

const onError: ErrorRequestHandler = (error, _, response, next) => {
  if (response.headersSent) return next(error);
  if (error instanceof GoneError) return;
  const { status, title, message } = problemOf(error);
  if (status === 401) response.set('WWW-Authenticate', 'Bearer realm="Kith"');
  if (status === 503) response.set('Retry-After', '5');
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ title, status, detail: message }));
};

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof WrongTokenError)
    return new Problem(401, 'Wrong token', 'There is no such reader, or the password is another: see `kith readers`.');
  const state = sqlStateOf(error);
  if (state === '42501') return new Problem(403, 'No reader', 'This role may not read graph_recs: see `kith readers`.');
  // A malformed address, such as %ff.
  const { status } = (error ?? {}) as { status?: unknown };
  if (typeof status === 'number' && status < 500)
    return new Problem(status, 'Bad request', 'The address is malformed.');
  processLog().error({ error: messageOf(error) }, 'api');
  if (state === '53300')
    return new Problem(503, 'Too many', "All of the reader's connections are in use; see `kith readers add --limit`.");
  if (state === '57014') return new Problem(503, 'Too slow', "The query took longer than the reader's limit.");
  return new Problem(503, 'Not available', 'The tables can not be read right now.');
}
