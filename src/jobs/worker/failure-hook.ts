import { spawn } from 'node:child_process';
import { messageOf } from '../../errors.ts';
import { type Database, queryOn } from '../../postgres/database.ts';
import { withoutSecrets } from '../../secrets.ts';

/** Characters of the reason that are told: the system starts no command with much more in a variable. */
const mostOfWhy = 30_000;

/**
 * Calls `tell` for each run that failed and of which the hook was not told yet; where it throws, it is called again a little later.
 *
 * @param onError gets why the hook did not succeed
 */
export async function tellOfFailures(
  database: Database,
  tell: (runId: string, why: string) => Promise<void>,
  onError: (runId: string, error: unknown) => void,
): Promise<void> {
  await database.transaction(async (client) => {
    const [row] = await queryOn<{ locked: boolean }>(client, 'sql/runs/try-lock-telling.sql');
    if (!row?.locked) return;
    for (const { id, error } of await queryOn<{ id: string; error: string }>(client, 'sql/runs/untold-failures.sql'))
      await tell(id, error).then(
        () => queryOn(client, 'sql/runs/told.sql', [id]),
        (reason) => onError(id, reason),
      );
  });
}

/**
 * Tells somebody of a run that failed for good: a URL gets a POST of JSON, a command the same in KITH_FAILED_RUN and KITH_FAILED_WHY.
 * A name and a password in the URL are sent by basic authentication.
 *
 * @param patienceMs milliseconds that the hook may take
 * @throws Error if nobody could be told; it says nothing of the hook's address
 */
export async function tellOfFailure(hook: string, runId: string, why: string, patienceMs = 60_000): Promise<void> {
  // A variable can't hold a NUL.
  const told = withoutSecrets(why).replaceAll('\0', '').slice(0, mostOfWhy);
  if (/^https?:\/\//i.test(hook)) await post(hook, { run: runId, status: 'failed', error: told }, patienceMs);
  else await command(hook, { KITH_FAILED_RUN: runId, KITH_FAILED_WHY: told }, patienceMs);
}

async function post(hook: string, body: object, patienceMs: number): Promise<void> {
  if (!URL.canParse(hook)) throw new Error('KITH_ON_FAILURE is no URL');
  const url = new URL(hook);
  const headers = new Headers({ 'content-type': 'application/json' });
  // Fetch takes no credentials in a URL, and would repeat the whole of it in its error.
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
    env: { ...withoutSettings(process.env), ...variables },
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) =>
    child.once('error', reject).once('close', (...end) => resolve(end)),
  );
  if (code !== 0) throw new Error(`KITH_ON_FAILURE ended with ${code ?? signal}`);
}

/** Kith's own settings hold passwords, which are none of the hook's business. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^KITH_/.test(name)));
}
