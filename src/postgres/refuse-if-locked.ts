import type pg from 'pg';
import { BusyError } from '../errors.ts';
import { queryOn, type SqlFile, sqlStateOf } from './database.ts';

/**
 * Takes a lock that is not waited for, until the transaction ends.
 *
 * @param file a statement with NOWAIT
 * @throws BusyError with `busy` if somebody holds the lock; then the transaction can only be rolled back
 */
export async function refuseIfLocked(client: pg.ClientBase, file: SqlFile, busy: string): Promise<void> {
  await queryOn(client, file).catch((error) => {
    // lock_not_available
    throw sqlStateOf(error) === '55P03' ? new BusyError(busy) : error;
  });
}
