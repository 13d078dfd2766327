/**
 * What `work` gives, unless one of the signals aborts before. It is not a Promise.race of each piece of work with one
 * promise that stays, which would keep whatever each of them gave.
 *
 * @param stopped what to throw then
 */
export function unlessAborted<T>(
  work: Promise<T>,
  signals: readonly (AbortSignal | undefined)[],
  stopped: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(stopped());
    for (const signal of signals) signal?.addEventListener('abort', stop, { once: true });
    if (signals.some((signal) => signal?.aborted)) stop();
    work.then(resolve, reject).finally(() => {
      for (const signal of signals) signal?.removeEventListener('abort', stop);
    });
  });
}
