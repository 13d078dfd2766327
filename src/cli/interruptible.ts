/**
 * Gives the work a signal that Ctrl-C and SIGTERM set, so that it can stop cleanly; a second Ctrl-C ends the process at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      letGo();
      process.kill(process.pid, signal);
      return;
    }
    process.stderr.write('\nstopping … (once more to stop at once)\n');
    controller.abort();
  };
  const letGo = () => process.off('SIGINT', stop).off('SIGTERM', stop);
  // Not `once`: with no listener left, what puts a terminal's cursor back at the end would end the process here and now.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    letGo();
  }
}
