import { spawn } from 'node:child_process';
import { childEnvironment } from '../../child-environment.ts';
import { BusyError, messageOf } from '../../errors.ts';
import { type Database, queryOn } from '../../postgres/database.ts';
import { refuseIfLocked } from '../../postgres/refuse-if-locked.ts';
import { withoutSecrets } from '../../secrets.ts';

/** How many characters of the reason are passed on; the system limits the size of a variable. */
const mostOfWhy = 30_000;

/**
 * Calls `tell` for each failed run that the hook has not been told about yet. If it throws, it is called again later.
 *
 * @param onError called with the reason if the hook did not succeed
 */
export async function tellOfFailures(
  database: Database,
  tell: (runId: string, why: string) => Promise<void>,
  onError: (runId: string, error: unknown) => void,
): Promise<void> {
  const telling = database.transaction(async (client) => {
    await refuseIfLocked(client, 'sql/runs/lock-hook.sql', 'Another worker calls the hook.');
    for (const { id, error } of await queryOn<{ id: string; error: string }>(client, 'sql/runs/untold-failures.sql'))
      await tell(id, error).then(
        () => queryOn(client, 'sql/runs/told.sql', [id]),
        (reason) => onError(id, reason),
      );
  });
  await telling.catch((error) => {
    if (!(error instanceof BusyError)) throw error;
  });
}

/**
 * Calls the hook for a run that failed for good: a URL gets a POST of JSON, a command gets KITH_FAILED_RUN and
 * KITH_FAILED_WHY, and of our environment only what `childEnvironment` passes on. A user and password in the URL are sent by basic authentication.
 *
 * @param patienceMs how many milliseconds the hook may take
 * @throws Error if the hook did not succeed; the message never contains the hook's address
 */
export async function tellOfFailure(hook: string, runId: string, why: string, patienceMs = 60_000): Promise<void> {
  // A variable can't contain a NUL.
  const told = withoutSecrets(why).replaceAll('\0', '').slice(0, mostOfWhy);
  if (/^https?:\/\//i.test(hook)) await post(hook, { run: runId, status: 'failed', error: told }, patienceMs);
  else await command(hook, { KITH_FAILED_RUN: runId, KITH_FAILED_WHY: told }, patienceMs);
}

async function post(hook: string, body: object, patienceMs: number): Promise<void> {
  if (!URL.canParse(hook)) throw new Error('KITH_ON_FAILURE is not a valid URL');
  const url = new URL(hook);
  const headers = new Headers({ 'content-type': 'application/json' });
  // fetch refuses credentials in a URL, and its error would show the whole URL.
  if (url.username || url.password) {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
  }
  url.username = '';
  url.password = '';
  const signal = AbortSignal.timeout(patienceMs);
  const { ok, status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal }).catch(
    (error) => {
      if (signal.aborted) throw new Error(`KITH_ON_FAILURE did not answer within ${patienceMs / 1000} s`);
      throw new Error(`KITH_ON_FAILURE can't be reached: ${messageOf(error.cause ?? error)}`);
    },
  );
  if (!ok) throw new Error(`KITH_ON_FAILURE answered with ${status}`);
}

async function command(hook: string, variables: Record<string, string>, patienceMs: number): Promise<void> {
  const child = spawn(hook, {
    shell: true,
    stdio: 'ignore',
    timeout: patienceMs,
    env: childEnvironment(variables),
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) =>
    child.once('error', reject).once('close', (...end) => resolve(end)),
  );
  if (code !== 0) throw new Error(`KITH_ON_FAILURE ended with ${code ?? signal}`);
}
