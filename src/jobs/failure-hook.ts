import { spawn } from 'node:child_process';

/** How long the hook may take. */
const patienceMs = 60_000;

/**
 * Tells somebody of a run that failed for good: a URL gets a POST of JSON, a command the same in KITH_FAILED_RUN and KITH_FAILED_WHY.
 *
 * @throws Error if nobody could be told
 */
export async function tellOfFailure(hook: string, runId: string, why: string): Promise<void> {
  if (/^https?:\/\//i.test(hook)) {
    const { ok, status } = await fetch(hook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ run: runId, status: 'failed', error: why }),
      signal: AbortSignal.timeout(patienceMs),
    });
    if (!ok) throw new Error(`KITH_ON_FAILURE answered with ${status}`);
    return;
  }
  const child = spawn(hook, {
    shell: true,
    stdio: 'ignore',
    timeout: patienceMs,
    env: { ...withoutSecrets(process.env), KITH_FAILED_RUN: runId, KITH_FAILED_WHY: why },
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`KITH_ON_FAILURE ended with ${code}`);
}

/** Kith's own settings hold passwords, which are none of the hook's business. */
function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^KITH_/.test(name)));
}
