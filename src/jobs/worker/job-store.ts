import { MongoBackend } from '@agendajs/mongo-backend';
import { PostgresBackend } from '@agendajs/postgres-backend';
import { Agenda } from 'agenda';
import pg from 'pg';
import { statement } from '../../config/project.ts';
import { EngineError, messageOf } from '../../errors.ts';
import { workerName } from '../attempt.ts';

/** How often the store is polled for due jobs, in milliseconds; Postgres also notifies immediately. */
const processEvery = 2_000;

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
  return {
    agenda,
    [Symbol.asyncDispose]: async () => {
      // Agenda closes only what it has started, so the rest is closed after it.
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
  // Without listeners, a lost connection would end the process.
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
      // Agenda creates its tables on other connections, which have to see the schema.
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

/** Agenda has no option for its tables' schema, so the connection puts them in schema kith instead of public. */
function inKith(url: string): string {
  const address = new URL(url);
  const options = [address.searchParams.get('options'), '-c search_path=kith'];
  address.searchParams.set('options', options.filter(Boolean).join(' '));
  return address.href;
}
