import type { Agenda, Job } from 'agenda';
import type { Settings } from '../config/settings.ts';
import { up } from '../engines/stack.ts';
import { messageOf } from '../errors.ts';
import type { Database } from '../export/database.ts';
import type { Log } from '../watch/log.ts';
import { workerName } from './attempt.ts';
import { conductStep } from './conduct-step.ts';
import { tellOfFailure } from './failure-hook.ts';
import { openJobStore } from './job-store.ts';
import { enqueueRuns, failQueuedRun, queuedRun, readySteps, runUnderWay } from './queue.ts';
import { dayOf, morningJob, readSchedule, type Schedule, scheduleOf, setSchedule } from './schedule.ts';
import type { StepName } from './step.ts';
import { withDatabase } from './with-database.ts';

/** The jobs that Agenda has: one for each step of the run that is under way, and one that looks after the queue. */
const stepJob = 'kith step';
const queueJob = 'kith queue';
const wakeJob = 'kith wake';
/** How often the queue is looked after even when nothing happens: it mends what a crash left between two jobs. */
const lookEvery = '30 seconds';
/** How often an embedded engine that died is looked for. */
const watchMs = 5_000;

interface StepData {
  runId: string;
  step: StepName;
}

/** Thrown for Agenda, which tries the job again after a while. */
class Later extends Error {
  readonly delayMs: number;

  constructor(why: string, delayMs: number) {
    super(why);
    this.delayMs = delayMs;
  }
}

export interface WorkerOptions {
  /** Ends what is under way; the run goes on elsewhere, or here again, later. */
  stop: AbortSignal;
  /** Takes no new work, and ends once what is under way has come to its end. */
  drain: AbortSignal;
  log: Log;
}

/**
 * Does queued runs, step by step, until it is drained. Several workers share the work; embedded engines that died are
 * started again.
 */
export async function work(settings: Settings, { stop, drain, log }: WorkerOptions): Promise<void> {
  await withDatabase(settings, stop, async (database) => {
    await using store = await openJobStore(settings.jobs.url ?? database.url, {
      lockLifetime: settings.jobs.lockLifetime,
      onTrouble: (error) => log.warn({ error }, 'job store'),
    });
    const { agenda } = store;
    defineJobs(agenda, settings, database, stop, log);
    await agenda.every(lookEvery, queueJob);
    const schedule = scheduleOf(settings);
    if (schedule && !(await readSchedule(agenda))) await setSchedule(agenda, schedule);
    await agenda.start();
    log.info({ worker: workerName() }, 'worker ready');
    const watch = setInterval(() => void keepEngines(settings, stop, log), watchMs);
    try {
      await untilAborted(drain);
      log.info('draining');
      await agenda.drain({ signal: stop, closeConnection: false });
    } finally {
      clearInterval(watch);
    }
  });
}

/** Tells the workers at once that a run waits; they would notice within half a minute. */
export async function wakeWorkers(settings: Settings, database: Database): Promise<void> {
  const { lockLifetime, url } = settings.jobs;
  await using store = await openJobStore(url ?? database.url, { lockLifetime, onTrouble: () => undefined });
  store.agenda.define(wakeJob, async () => undefined);
  await store.agenda.now(wakeJob);
}

function defineJobs(agenda: Agenda, settings: Settings, database: Database, stop: AbortSignal, log: Log): void {
  const { lockLifetime } = settings.jobs;
  const lookAtQueue = async () => {
    const runId = await runUnderWay(database);
    if (runId === undefined) return;
    for (const step of await readySteps(database, runId))
      await agenda
        .create<StepData>(stepJob, { runId, step })
        .unique({ 'data.runId': runId, 'data.step': step }, { insertOnly: true })
        .schedule(new Date())
        .save();
  };
  agenda.define(queueJob, lookAtQueue, { lockLifetime, concurrency: 1 });
  agenda.define<Omit<Schedule, 'cron' | 'timeZone'>>(
    morningJob,
    async (job) => {
      const timeZone = job.attrs.repeatTimezone ?? 'UTC';
      const { inputRoot, scores } = job.attrs.data;
      const day = dayOf({ cron: '', timeZone, inputRoot }, new Date());
      const [id] = await enqueueRuns(database, settings, [{ ...day, scores }]);
      log.info({ run: id, input: day.input }, 'run queued');
      await lookAtQueue();
    },
    { lockLifetime, concurrency: 1 },
  );
  agenda.define(wakeJob, lookAtQueue, { lockLifetime, removeOnComplete: true });
  agenda.define<StepData>(
    stepJob,
    async (job: Job<StepData>) => {
      const { runId, step } = job.attrs.data;
      const beat = setInterval(() => void job.touch().catch(() => undefined), lockLifetime / 4);
      try {
        const run = await queuedRun(database, runId);
        if (!run) return;
        const fields = { run: runId, step };
        log.info(fields, 'step begins');
        const end = await conductStep(settings, database, run, step, stop, () => undefined);
        log[end.kind === 'failed' ? 'error' : end.kind === 'later' ? 'warn' : 'info'](
          { ...fields, ...end },
          `step ${end.kind}`,
        );
        if (end.kind === 'later') throw new Later(end.why, end.delayMs);
        if (end.kind === 'failed') {
          await failQueuedRun(database, runId, end.why);
          log.error({ run: runId, error: end.why }, 'run failed');
          const { onFailure } = settings.jobs;
          if (onFailure)
            await tellOfFailure(onFailure, runId, end.why).catch((error) =>
              log.warn({ run: runId, error: messageOf(error) }, 'nobody was told'),
            );
        }
      } finally {
        clearInterval(beat);
      }
      await lookAtQueue();
    },
    {
      lockLifetime,
      // Closest connections and reputation go side by side.
      concurrency: 2,
      removeOnComplete: true,
      backoff: ({ error }) => (error instanceof Later ? error.delayMs : settings.jobs.retryDelay),
    },
  );
}

/** Starts embedded engines that died; whoever else does so at the same time waits for the same start. */
async function keepEngines(settings: Settings, signal: AbortSignal, log: Log): Promise<void> {
  await up(settings, { signal }).catch((error) => log.warn({ error: messageOf(error) }, 'engines'));
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
