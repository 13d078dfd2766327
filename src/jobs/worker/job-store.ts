import { setTimeout as sleep } from 'node:timers/promises';
import { MongoBackend } from '@agendajs/mongo-backend';
import { PostgresBackend } from '@agendajs/postgres-backend';
import { Agenda } from 'agenda';
import pg from 'pg';
import { statement } from '../../config/project.ts';
import { EngineError, messageOf } from '../../errors.ts';
import { workerName } from '../attempt.ts';

/** How often the store is polled for due jobs, in milliseconds; Postgres also notifies immediately. */
const processEvery = 2_000;

/** What Postgres says when another session creates the same schema, relation, object or version of a function. */
const createdByAnother = ['23505', '42P06', '42P07', '42710', 'XX000'];

export interface JobStoreOptions {
  /** Milliseconds after which a worker that has not been heard from loses its job. */
  lockLifetime: number;
  /** Called for temporary problems, such as a server that is restarting. */
  onTrouble: (why: string) => void;
}

/**
 * Opens Agenda with its jobs in Postgres or MongoDB, depending on the URL. Dispose of it at the end.
 *
 * @param url postgres://… or mongodb://…
 * @throws EngineError if the store can't be reached
 */
export async function openJobStore(
  url: string,
  { lockLifetime, onTrouble }: JobStoreOptions,
): Promise<{ agenda: Agenda } & AsyncDisposable> {
  const tell = (error: unknown) => onTrouble(messageOf(error));
  const { backend, connect, close } = url.startsWith('mongodb') ? mongoBackend(url) : postgresBackend(url, tell);
  try {
    await connect();
  } catch (error) {
    await close();
    throw new EngineError(
      `The job store (KITH_JOBS_URL, or else the network's Postgres) can't be used: ${messageOf(error)}.`,
      {
        cause: error,
      },
    );
  }
  // Otherwise Agenda would connect too, and a failure would go unnoticed.
  backend.connect = async () => undefined;
  const agenda = new Agenda({ backend, name: workerName(), processEvery, defaultLockLifetime: lockLifetime });
  agenda.on('error', tell);
  await agenda.ready;
  keepNoneThatComesLate(agenda);
  return {
    agenda,
    [Symbol.asyncDispose]: async () => {
      // Agenda closes only what it has started, so the rest is closed after it.
      await agenda.stop(false).catch(() => undefined);
      await close();
    },
  };
}

/**
 * Agenda's stop() unlocks the jobs that it has. One that it is still fetching would come later and, never begun, stay
 * locked for its whole lifetime: it is unlocked as well, and stop() waits for that.
 */
function keepNoneThatComesLate(agenda: Agenda): void {
  const { db } = agenda;
  const [fetchNext, stop] = [db.getNextJobToRun.bind(db), agenda.stop.bind(agenda)];
  const underWay = new Set<Promise<unknown>>();
  let isStopped = false;
  db.getNextJobToRun = async (...args) => {
    if (isStopped) return undefined;
    const fetching = fetchNext(...args).then(async (job) => {
      if (!job?._id || !isStopped) return job;
      await db.unlockJobs([job._id]);
      return undefined;
    });
    const kept = fetching.catch(() => undefined).finally(() => underWay.delete(kept));
    underWay.add(kept);
    return fetching;
  };
  agenda.stop = async (closeConnection) => {
    isStopped = true;
    await Promise.all([stop(closeConnection), ...underWay]);
  };
}

function mongoBackend(address: string) {
  const backend = new MongoBackend({ address, ensureIndex: true });
  return { backend, connect: () => backend.connect(), close: () => backend.disconnect() };
}

function postgresBackend(url: string, tell: (error: unknown) => void) {
  const pool = new pg.Pool({ connectionString: inKith(url), application_name: 'kith jobs', max: 4 });
  // Without listeners, a lost connection would end the process.
  pool.on('error', tell);
  const backend = new PostgresBackend({ pool });
  backend.notificationChannel?.on('error', tell);
  const connect = async () => {
    const { rows } = await pool.query(statement('sql/jobs/find-schema.sql'));
    if (!rows[0]?.found) await pool.query(statement('sql/jobs/create-schema.sql'));
    await backend.connect();
  };
  return { backend, connect: () => untilNobodyElseCreates(connect), close: () => pool.end() };
}

/**
 * Two processes that create the schema or Agenda's tables at once can get in each other's way, even with CREATE … IF NOT
 * EXISTS; whoever comes second finds them there. A lock would be one that every role can take.
 */
async function untilNobodyElseCreates(connect: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      return await connect();
    } catch (error) {
      if (attempt >= 10 || !createdByAnother.includes((error as { code?: string }).code ?? '')) throw error;
      await sleep(100 * attempt * Math.random());
    }
}

/** Agenda has no option for its tables' schema, so the connection puts them in schema kith instead of public. */
function inKith(url: string): string {
  const address = new URL(url);
  const options = [address.searchParams.get('options'), '-c search_path=kith'];
  address.searchParams.set('options', options.filter(Boolean).join(' '));
  return address.href;
}
