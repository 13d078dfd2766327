import { MongoBackend } from '@agendajs/mongo-backend';
import { PostgresBackend } from '@agendajs/postgres-backend';
import { Agenda } from 'agenda';
import pg from 'pg';
import { statement } from '../../config/project.ts';
import { EngineError, messageOf } from '../../errors.ts';
import { workerName } from '../attempt.ts';

/** How often a store is asked for jobs that are due, in milliseconds; Postgres also tells at once. */
const processEvery = 2_000;

export interface JobStoreOptions {
  /** Milliseconds after which a worker that was not heard of has lost its job. */
  lockLifetime: number;
  /** Told of troubles that pass by themselves, such as a server that is being started again. */
  onTrouble: (why: string) => void;
}

/**
 * Agenda with its jobs in Postgres or MongoDB, by the look of the address. Dispose of it at the end.
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
      `The store of jobs (KITH_JOBS_URL, else the network's Postgres) can't be used: ${messageOf(error)}.`,
      {
        cause: error,
      },
    );
  }
  // Agenda would connect, too, and if that failed nobody could know.
  backend.connect = async () => undefined;
  const agenda = new Agenda({ backend, name: workerName(), processEvery, defaultLockLifetime: lockLifetime });
  agenda.on('error', tell);
  await agenda.ready;
  return {
    agenda,
    [Symbol.asyncDispose]: async () => {
      // It closes only what was started.
      await agenda.stop(false).catch(() => undefined);
      await close();
    },
  };
}

function mongoBackend(address: string) {
  const backend = new MongoBackend({ address, ensureIndex: true });
  return { backend, connect: () => backend.connect(), close: () => backend.disconnect() };
}

function postgresBackend(url: string, tell: (error: unknown) => void) {
  const pool = new pg.Pool({ connectionString: inKith(url), application_name: 'kith jobs', max: 4 });
  // Without listeners a server that goes away would end the process.
  pool.on('error', tell);
  const backend = new PostgresBackend({ pool });
  backend.notificationChannel?.on('error', tell);
  const connect = async () => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(statement('sql/jobs/lock-tables.sql'));
      const { rows } = await client.query(statement('sql/jobs/find-schema.sql'));
      if (!rows[0]?.found) await client.query(statement('sql/jobs/create-schema.sql'));
      // Agenda makes its tables on connections of its own, which have to see the schema.
      await client.query('COMMIT; BEGIN');
      await client.query(statement('sql/jobs/lock-tables.sql'));
      await backend.connect();
      await client.query('COMMIT');
    } finally {
      client.release(true);
    }
  };
  return { backend, connect, close: () => pool.end() };
}

/** Agenda's tables can't be given a schema, but a connection can: they are Kith's, not the public's. */
function inKith(url: string): string {
  const address = new URL(url);
  const options = [address.searchParams.get('options'), '-c search_path=kith'];
  address.searchParams.set('options', options.filter(Boolean).join(' '));
  return address.href;
}
