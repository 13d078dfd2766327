/**
 * Gives the work a signal that is aborted on Ctrl-C or SIGTERM, so that it can stop cleanly. A second one ends the
 * process immediately.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      letGo();
      process.kill(process.pid, signal);
      return;
    }
    process.stderr.write('\nstopping … (again to stop immediately)\n');
    controller.abort();
  };
  const letGo = () => process.off('SIGINT', stop).off('SIGTERM', stop);
  // Not `once`: with no listener left, the handler that restores the terminal's cursor would end the process right
  // away.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    letGo();
  }
}
