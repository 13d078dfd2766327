import { type ChildProcess, spawn } from 'node:child_process';
import { childEnvironment } from '../../child-environment.ts';
import { BusyError, messageOf } from '../../errors.ts';
import { isoSeconds } from '../../ingest/instant.ts';
import { type Database, queryOn } from '../../postgres/database.ts';
import { refuseIfLocked } from '../../postgres/refuse-if-locked.ts';
import { withoutSecrets } from '../../secrets.ts';

/** How many characters of the reason are passed on; the system limits the size of a variable. */
const mostOfWhy = 30_000;

/** A run of the queue that has ended. */
export interface EndedRun {
  id: string;
  status: 'failed' | 'published';
  error: string | null;
  asOf: Date;
  closest: number;
  recommendations: number;
  reasons: number;
}

/** What to call when a run ends in either way; undefined: nothing. */
export type RunHooks = Readonly<Record<EndedRun['status'], string | undefined>>;

/**
 * Calls the hook of each run that has ended and of which it was not told yet. If it does not succeed, it is called again
 * later.
 *
 * @param onError called with the reason then
 */
export async function tellOfEnds(
  database: Database,
  hooks: RunHooks,
  onError: (runId: string, error: unknown) => void,
): Promise<void> {
  const statuses = Object.entries(hooks).flatMap(([status, hook]) => (hook ? [status] : []));
  if (statuses.length === 0) return;
  const telling = database.transaction(async (client) => {
    await refuseIfLocked(client, 'sql/runs/lock-hook.sql', 'Another worker calls the hook.');
    for (const run of await queryOn<EndedRun & Record<string, unknown>>(client, 'sql/runs/untold.sql', [statuses]))
      await tellOf(run, hooks[run.status] as string).then(
        () => queryOn(client, 'sql/runs/told.sql', [run.id]),
        (reason) => onError(run.id, reason),
      );
  });
  await telling.catch((error) => {
    if (!(error instanceof BusyError)) throw error;
  });
}

function tellOf(run: EndedRun, hook: string): Promise<void> {
  return run.status === 'failed' ? tellOfFailure(hook, run.id, run.error ?? '') : tellOfPublish(hook, run);
}

/**
 * Calls the hook for a run that failed for good: a URL gets a POST of JSON, a command gets KITH_FAILED_RUN and
 * KITH_FAILED_WHY, and of our environment only what `childEnvironment` passes on. A user and password in the URL are sent by basic authentication.
 *
 * @param patienceMs how many milliseconds the hook may take
 * @throws Error if the hook did not succeed; the message never contains the hook's address
 */
export async function tellOfFailure(hook: string, runId: string, why: string, patienceMs?: number): Promise<void> {
  // A variable can't contain a NUL.
  const told = withoutSecrets(why).replaceAll('\0', '').slice(0, mostOfWhy);
  await call('KITH_ON_FAILURE', hook, {
    json: { run: runId, status: 'failed', error: told },
    variables: { KITH_FAILED_RUN: runId, KITH_FAILED_WHY: told },
    patienceMs,
  });
}

/** Calls the hook for a run that is published, likewise; a command gets KITH_PUBLISHED_RUN and KITH_PUBLISHED_AS_OF. */
export async function tellOfPublish(hook: string, run: EndedRun, patienceMs?: number): Promise<void> {
  const { id, closest, recommendations, reasons } = run;
  const asOf = isoSeconds(run.asOf.getTime() / 1000);
  await call('KITH_ON_PUBLISHED', hook, {
    json: { run: id, status: 'published', asOf, rows: { closest, recommendations, reasons } },
    variables: { KITH_PUBLISHED_RUN: id, KITH_PUBLISHED_AS_OF: asOf },
    patienceMs,
  });
}

interface Told {
  /** For a URL. */
  json: object;
  /** For a command. */
  variables: Record<string, string>;
  patienceMs?: number;
}

/** @param setting by which errors call the hook */
async function call(setting: string, hook: string, { json, variables, patienceMs = 60_000 }: Told): Promise<void> {
  if (/^https?:\/\//i.test(hook)) await post(setting, hook, json, patienceMs);
  else await command(setting, hook, variables, patienceMs);
}

async function post(setting: string, hook: string, told: object, patienceMs: number): Promise<void> {
  if (!URL.canParse(hook)) throw new Error(`${setting} is not a valid URL`);
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
  const { ok, status, body } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(told), signal }).catch(
    (error) => {
      if (signal.aborted) throw new Error(`${setting} did not answer within ${patienceMs / 1000} s`);
      throw new Error(`${setting} can't be reached: ${messageOf(error.cause ?? error)}`);
    },
  );
  // Nobody reads it, and the connection stays taken until somebody does.
  await body?.cancel();
  if (!ok) throw new Error(`${setting} answered with ${status}`);
}

async function command(
  setting: string,
  hook: string,
  variables: Record<string, string>,
  patienceMs: number,
): Promise<void> {
  const child = spawn(hook, {
    shell: true,
    stdio: 'ignore',
    // In a group of its own, so that what it has started ends with it.
    detached: true,
    env: childEnvironment(variables),
  });
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    endGroup(child);
  }, patienceMs);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) =>
    child.once('error', reject).once('close', (...end) => resolve(end)),
  ).finally(() => clearTimeout(limit));
  if (isLate) throw new Error(`${setting} did not end within ${patienceMs / 1000} s`);
  if (code !== 0) throw new Error(`${setting} ended with ${code ?? signal}`);
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
