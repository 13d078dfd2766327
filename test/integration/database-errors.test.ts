import { EngineError, EngineLostError, KithError } from '../../src/errors.ts';
import { Database } from '../../src/postgres/database.ts';
import { TestNetwork } from '../harness/network.ts';

let network: TestNetwork;
let database: Database;
beforeAll(async () => {
  network = await TestNetwork.open();
  database = await Database.connect(network.stack.postgres.url);
});
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
});

/** What a transaction ends with in which Postgres raises an error. */
async function errorOf(code: string): Promise<unknown> {
  const statement = `DO $$ BEGIN RAISE EXCEPTION 'something happened' USING ERRCODE = '${code}'; END $$`;
  return database
    .transaction((client) => client.query(statement))
    .then(
      () => undefined,
      (error) => error,
    );
}

test.each([
  ['40P01', 'deadlock_detected'],
  ['53200', 'out_of_memory'],
  ['55000', 'object_not_in_prerequisite_state, as when a parallel worker can not be started'],
  ['58030', 'io_error'],
  ['XX000', 'internal_error'],
  ['XX001', 'data_corrupted'],
])('%s (%s) is a failure of the engine, told in a sentence', async (code) => {
  const error = await errorOf(code);
  expect(error).toBeInstanceOf(EngineError);
  expect((error as Error).message).toContain('something happened');
});

test.each(['57P01', '57P02', '57P03', '08006'])('%s means that the connection is lost', async (code) => {
  expect(await errorOf(code)).toBeInstanceOf(EngineLostError);
});

test.each(['42601', '22012', '23505'])("%s is nobody else's fault", async (code) => {
  const error = await errorOf(code);
  expect(error).toBeInstanceOf(KithError);
  expect(error).not.toBeInstanceOf(EngineError);
});

test('whoever is told that a transaction has failed can have its locks at once', async () => {
  let isAwake = false;
  const failing = database.transaction(async (client) => {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const { pid } = rows[0] as { pid: number };
    await client.query('LOCK TABLE kith.network_lock');
    process.kill(pid, 'SIGSTOP');
    setTimeout(() => {
      isAwake = true;
      process.kill(pid, 'SIGCONT');
    }, 500);
    throw new Error('enough');
  });
  await expect(failing).rejects.toThrow('enough');
  expect(isAwake).toBe(true);
  await network.pool.query('BEGIN; LOCK TABLE kith.network_lock IN ACCESS EXCLUSIVE MODE NOWAIT; ROLLBACK');
});
