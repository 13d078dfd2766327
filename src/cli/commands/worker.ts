import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { InterruptedError } from '../../errors.ts';
import { endingSignals } from '../interruptible.ts';

const examples = `
Does queued runs, step by step, until it is stopped. On SIGTERM, SIGHUP or Ctrl-C the worker finishes its step and
exits; a second one stops it immediately, and another worker, or this one later, continues the run. npx does not pass
SIGTERM on: start it with \`node bin/kith.mjs worker\` where signals matter. Several workers share the
work and take over from each other. Embedded engines are started, and restarted if they die. Logs are JSON lines on
standard error; the first one has the address of the Prometheus metrics.

Examples:
  $ kith worker
  With jobs in MongoDB, and metrics on a fixed port:
    $ KITH_JOBS_URL=mongodb://127.0.0.1:27017/kith KITH_METRICS_PORT=9464 kith worker
`;

/** How many milliseconds connections may take to close. */
const closingMs = 5_000;

/** Adds `kith worker`. */
export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('do queued runs until it is stopped')
    .addHelpText('after', examples)
    .action(async () => {
      const settings = readSettings();
      const [{ work }, { processLog }] = await Promise.all([
        import('../../jobs/worker/worker.ts'),
        import('../../watch/log.ts'),
      ]);
      const drain = new AbortController();
      const stop = new AbortController();
      const onSignal = () => (drain.signal.aborted ? stop : drain).abort();
      for (const signal of endingSignals) process.on(signal, onSignal);
      try {
        await new Promise<void>((resolve, reject) => {
          const onEnd = () => void setTimeout(resolve, closingMs);
          work(settings, { stop: stop.signal, drain: drain.signal, log: processLog(), onEnd }).then(resolve, reject);
        });
      } catch (error) {
        // An interrupted start is not a failure.
        if (!(error instanceof InterruptedError && drain.signal.aborted)) throw error;
      } finally {
        // After a job, Agenda keeps a timer for half the lock's lifetime; nothing else is left to do.
        setImmediate(() => process.exit());
      }
      if (stop.signal.aborted)
        throw new InterruptedError('Stopped; another worker, or this one later, will continue the run.');
    });
}
