import { say } from '../output.ts';

/** Ctrl-C, what service managers send, and a terminal that is closed. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Gives the work a signal that is aborted on Ctrl-C, SIGTERM or SIGHUP, so that it can stop cleanly. A second one ends
 * the process immediately. One that comes after the work, while its result is printed, takes nothing back: only a second
 * one ends the process then, as it might wait for whoever reads what it prints.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let isDone = false;
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      for (const each of endingSignals) process.off(each, stop);
      process.kill(process.pid, signal);
      return;
    }
    if (!isDone) say('', 'stopping … (again to stop immediately)');
    controller.abort();
  };
  // Not `once`: with no listener left, the handler that restores the terminal's cursor would end the process right
  // away.
  for (const signal of endingSignals) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    isDone = true;
  }
}
