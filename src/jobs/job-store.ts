import { MongoBackend } from '@agendajs/mongo-backend';
import { PostgresBackend } from '@agendajs/postgres-backend';
import { Agenda } from 'agenda';
import pg from 'pg';
import { messageOf } from '../errors.ts';
import { workerName } from './attempt.ts';

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
 */
export async function openJobStore(
  url: string,
  { lockLifetime, onTrouble }: JobStoreOptions,
): Promise<{ agenda: Agenda } & AsyncDisposable> {
  const tell = (error: unknown) => onTrouble(messageOf(error));
  const { backend, close } = url.startsWith('mongodb') ? mongoBackend(url) : postgresBackend(url, tell);
  const agenda = new Agenda({ backend, name: workerName(), processEvery, defaultLockLifetime: lockLifetime });
  agenda.on('error', tell);
  await agenda.ready;
  return {
    agenda,
    [Symbol.asyncDispose]: async () => {
      await agenda.stop().catch(() => undefined);
      await close();
    },
  };
}

function mongoBackend(address: string) {
  return { backend: new MongoBackend({ address, ensureIndex: true }), close: async () => undefined };
}

function postgresBackend(connectionString: string, tell: (error: unknown) => void) {
  // Its tables can't be given a schema, but a connection can: they are Kith's, not the public's.
  const options = '-c search_path=kith';
  const pool = new pg.Pool({ connectionString, options, application_name: 'kith jobs', max: 4 });
  // Without listeners a server that goes away would end the process.
  pool.on('error', tell);
  const backend = new PostgresBackend({ pool });
  backend.notificationChannel?.on('error', tell);
  return { backend, close: () => pool.end() };
}
