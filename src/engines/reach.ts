import neo4j from 'neo4j-driver';
import pg from 'pg';
import type { Settings } from '../config/settings.ts';
import { EngineError, KithError, messageOf } from '../errors.ts';
import { codeOf } from './failure.ts';
import { throwIfAborted } from './waiting.ts';

export interface Neo4jAccess {
  uri: string;
  username: string;
  password: string;
}

/** How long one question may take. */
const answerSeconds = 5;

/** Connects by Bolt and runs a query, by default any; throws the driver's error if that fails. */
export async function askNeo4j(
  { uri, username, password }: Neo4jAccess,
  { timeoutSeconds = answerSeconds, query = 'RETURN 1', parameters = {} as Record<string, unknown> } = {},
): Promise<void> {
  const timeout = timeoutSeconds * 1000;
  const driver = neo4j.driver(uri, neo4j.auth.basic(username, password), {
    connectionTimeout: timeout,
    connectionAcquisitionTimeout: timeout,
    maxTransactionRetryTime: 0,
    maxConnectionPoolSize: 1,
  });
  try {
    await driver.executeQuery(query, parameters);
  } finally {
    await driver.close();
  }
}

/** Connects and runs a query; throws the client's error if that fails. */
export async function askPostgres(url: string, timeoutSeconds = answerSeconds): Promise<void> {
  const timeout = timeoutSeconds * 1000;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeout, query_timeout: timeout });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Asks again if there was no answer in time, since the server may be busy; one that refuses is not asked again. */
async function askGiven(ask: () => Promise<void>, signal?: AbortSignal): Promise<void> {
  for (let left = 3; ; left--) {
    const began = performance.now();
    try {
      return await ask();
    } catch (error) {
      throwIfAborted(signal);
      const isLate = performance.now() - began > answerSeconds * 900;
      if (!isLate || left === 0) throw error;
    }
  }
}

/**
 * Checks a server that settings name instead of the embedded one.
 *
 * @throws EngineError that names the setting and the server, never a password
 * @throws InterruptedError once the signal aborts
 */
export async function checkGivenNeo4j(access: NonNullable<Settings['neo4j']>, signal?: AbortSignal): Promise<void> {
  await askGiven(() => askNeo4j(access), signal).catch((error) => {
    if (error instanceof KithError) throw error;
    const why = reasonOf(error);
    throw new EngineError(
      `Neo4j of KITH_NEO4J_URI does not answer at ${serverOf(access.uri)} (${why}): start it or correct KITH_NEO4J_….`,
    );
  });
}

/** Like checkGivenNeo4j, for Postgres. */
export async function checkGivenPostgres(url: string, signal?: AbortSignal): Promise<void> {
  await askGiven(() => askPostgres(url), signal).catch((error) => {
    if (error instanceof KithError) throw error;
    const why = reasonOf(error);
    throw new EngineError(
      `Postgres of KITH_POSTGRES_URL does not answer at ${serverOf(url)} (${why}): start it or correct KITH_POSTGRES_URL.`,
    );
  });
}

/** Host, port and database of a URL, without its user, password and parameters. */
export function serverOf(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
  } catch {
    return 'an address that is not a URL';
  }
}

/** Whether the server answered that the user or password is wrong. */
export function isRefusedLogin(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith('Neo.ClientError.Security.') || code === '28P01' || code === '28000';
}

/**
 * Whether the server runs, but its database has stopped for good, as when it could not write its transaction log. It is
 * to be killed, see Neo4jServer.java.
 */
export function isBroken(error: unknown): boolean {
  return codeOf(error).startsWith('Neo.') && /critical error, and needs to be restarted/i.test(messageOf(error));
}

function reasonOf(error: unknown): string {
  if (isRefusedLogin(error)) return 'user or password is wrong';
  const [text = ''] = messageOf(error).split('\n');
  return text.trim().replace(/[.:]$/, '');
}
