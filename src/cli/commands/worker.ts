import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';

const examples = `
Does queued runs, step by step, until it is told to end. SIGTERM or Ctrl-C lets what is under way come to its end; a second one ends it at
once, and the run goes on elsewhere, or here later. Several workers share the work and take over from each other. Embedded engines are
started, and started again if they die. Logs are lines of JSON on standard error; the first names the address of Prometheus' metrics.

Examples:
  $ kith worker
  With jobs in MongoDB, and metrics at a port that Prometheus knows:
    $ KITH_JOBS_URL=mongodb://127.0.0.1:27017/kith KITH_METRICS_PORT=9464 kith worker
`;

/** Adds `kith worker`. */
export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('do queued runs until it is told to end')
    .addHelpText('after', examples)
    .action(async () => {
      const settings = readSettings();
      const [{ work }, { log }] = await Promise.all([
        import('../../jobs/worker/worker.ts'),
        import('../../watch/log.ts'),
      ]);
      const drain = new AbortController();
      const stop = new AbortController();
      const onSignal = () => (drain.signal.aborted ? stop : drain).abort();
      process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
      try {
        await work(settings, { stop: stop.signal, drain: drain.signal, log });
      } finally {
        process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
        // Agenda waits for half a lock's life after every job, to see whether it still lives: nothing else is left.
        setImmediate(() => process.exit());
      }
    });
}
