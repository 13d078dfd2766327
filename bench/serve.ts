import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { projectRoot, statement } from '../src/config/project.ts';
import { InterruptedError, KithError } from '../src/errors.ts';
import { Database } from '../src/postgres/database.ts';
import { addReader, removeReader } from '../src/postgres/readers.ts';
import { Random } from '../src/random.ts';
import { type Home, postgresUrl, query } from './kith-run.ts';
import { latencyOf } from './latency.ts';

/** What many clients got who each ask again as soon as they have an answer. */
interface Throughput {
  requests: number;
  perSecond: number;
  /** Milliseconds from a question to its whole answer. */
  median: number;
  p99: number;
}

export interface ServeFigures {
  clients: number;
  /** Through `kith serve`. */
  http: Throughput;
  /** The same statement, asked of Postgres by the same number of askers through as many connections. */
  postgres: Throughput;
  /** Requests a second of HTTP to those of Postgres. */
  ratio: number;
}

const clients = 500;
const requestsOfEach = 60;
const warmUpOfEach = 6;
/** As many connections as `kith serve` opens for a reader. */
const connections = 10;
const reader = 'bench';

/**
 * Recommendations of random users over HTTP, beside the same statement asked of Postgres directly. The clients are in
 * this process both times, the API in one of its own.
 */
export async function measureServe(home: Home, seed: number, signal: AbortSignal): Promise<ServeFigures> {
  const [row] = await query<{ users: number[] | null }>(home, 'users-with-closest');
  const users = row?.users ?? [];
  const url = new URL(await postgresUrl(home));
  await using database = await Database.connect(url.href);
  const password = await addReader(database, reader, { connections: connections + 1, timeout: '30s' });
  try {
    url.username = reader;
    url.password = password;
    const pool = new pg.Pool({ connectionString: url.href, max: connections });
    const text = statement('sql/serve/recommendations.sql');
    const postgres = await load(users, seed, signal, async (user) => void (await pool.query(text, [user, 20]))).finally(
      () => pool.end(),
    );
    const http = await overHttp(home, `${reader}.${password}`, users, seed, signal);
    return { clients, http, postgres, ratio: http.perSecond / postgres.perSecond };
  } finally {
    await removeReader(database, reader);
  }
}

async function overHttp(
  home: Home,
  token: string,
  users: readonly number[],
  seed: number,
  signal: AbortSignal,
): Promise<Throughput> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(KITH|JEST|NODE)_/.test(name));
  const program = ['--', join(projectRoot, 'bin', 'kith.mjs'), '--env-file', '/dev/null', 'serve', '--port', '0'];
  const child = spawn(process.execPath, program, {
    env: { ...Object.fromEntries(inherited), ...home.env },
    stdio: ['ignore', 'pipe', 'ignore'],
    // Ctrl-C of the terminal would reach it, too, before the clients have ended.
    detached: true,
  });
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const headers = { authorization: `Bearer ${token}` };
  const ended = once(child, 'exit');
  try {
    const line = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
    if (line === undefined) throw new KithError('kith serve ended before it served.');
    const place = String(line[0]).trim();
    return await load(users, seed, signal, (user) => ask(`${place}/v1/users/${user}/recommendations`, agent, headers));
  } finally {
    agent.destroy();
    child.kill('SIGTERM');
    await ended;
  }
}

/** @throws KithError if the answer is not 200 */
function ask(address: string, agent: Agent, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    get(address, { agent, headers }, (response) => {
      const { statusCode } = response;
      if (statusCode !== 200) reject(new KithError(`${new URL(address).pathname} is answered by ${statusCode}.`));
      response.resume().once('end', resolve).once('error', reject);
    }).once('error', reject);
  });
}

/** Has all clients ask at once, again and again, after a warm-up. */
async function load(
  users: readonly number[],
  seed: number,
  signal: AbortSignal,
  asking: (user: number) => Promise<void>,
): Promise<Throughput> {
  const random = new Random(seed, 'serve');
  const round = async (requests: number) => {
    const times: number[] = [];
    const started = performance.now();
    const client = async () => {
      for (let i = 0; i < requests; i++) {
        if (signal.aborted) throw new InterruptedError('Stopped.');
        const asked = performance.now();
        await asking(random.pick(users));
        times.push(performance.now() - asked);
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    return { times, seconds: (performance.now() - started) / 1000 };
  };
  await round(warmUpOfEach);
  const { times, seconds } = await round(requestsOfEach);
  const { median, p99 } = latencyOf(times);
  return { requests: times.length, perSecond: times.length / seconds, median, p99 };
}
