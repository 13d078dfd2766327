import { once } from 'node:events';
import type { Agenda, Job } from 'agenda';
import type { Settings } from '../config/settings.ts';
import { up } from '../engines/stack.ts';
import type { Database } from '../postgres/database.ts';
import type { Log } from '../watch/log.ts';
import { Metrics } from '../watch/metrics.ts';
import { openTraces } from '../watch/traces.ts';
import { serveMetrics } from '../web/metrics-server.ts';
import type { PageServer } from '../web/serve.ts';
import { workAfterPublish } from './after-publish.ts';
import { workerName } from './attempt.ts';
import { conductStep, type StepEnd } from './conduct-step.ts';
import { tellOfFailure } from './failure-hook.ts';
import { openJobStore } from './job-store.ts';
import { Observer } from './observer.ts';
import { pipeline } from './pipeline.ts';
import {
  enqueueRuns,
  failQueuedRun,
  forReadySteps,
  type QueuedRun,
  queuedRun,
  queueFigures,
  tellOfFailures,
} from './queue.ts';
import { queuedScores } from './run-options.ts';
import { dayOf, followSettings, latestDue, morningJob, readSchedule } from './schedule.ts';
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
/** For how long after a run was due every look makes sure that it is queued, in milliseconds. */
const mendMorningMs = 3_600_000;

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
    const metrics = new Metrics(pipeline.map(({ name }) => name));
    await using pages = await metricsPages(metrics, settings, log);
    await using traces = await openTraces(log);
    await using store = await openJobStore(settings.jobs.url ?? database.url, {
      lockLifetime: settings.jobs.lockLifetime,
      onTrouble: (error) => {
        metrics.jobStoreTrouble();
        log.warn({ error }, 'job store');
      },
    });
    const { agenda } = store;
    const worker = new Worker(agenda, settings, database, { stop, drain }, new Observer(log, metrics, traces));
    worker.defineJobs();
    await agenda.every(lookEvery, queueJob);
    await followSettings(agenda, settings);
    await agenda.start();
    log.info({ worker: workerName(), metrics: `${pages.url}/metrics` }, 'worker ready');
    const watch = keepEngines(settings, stop, log);
    try {
      // Another worker's look may be locked by its death.
      await worker.lookAfterQueue().catch((error) => log.warn({ error }, 'queue'));
      if (!drain.aborted) await once(drain, 'abort');
      log.info('draining: what is under way comes to its end');
      await agenda.drain({ signal: stop, closeConnection: false });
    } finally {
      clearInterval(watch);
      await worker.rest();
    }
  });
}

/** At the port of the settings, or any other if another worker of this machine has it. */
async function metricsPages(metrics: Metrics, settings: Settings, log: Log): Promise<PageServer> {
  return serveMetrics(metrics, settings).catch((error) => {
    if (settings.web.metricsPort === 0) throw error;
    log.warn({ error }, 'metrics are at another port');
    return serveMetrics(metrics, { ...settings, web: { ...settings.web, metricsPort: 0 } });
  });
}

/** Tells the workers at once that a run waits; they would notice within half a minute. */
export async function wakeWorkers(settings: Settings, database: Database): Promise<void> {
  const { lockLifetime, url } = settings.jobs;
  await using store = await openJobStore(url ?? database.url, { lockLifetime, onTrouble: () => undefined });
  store.agenda.define(wakeJob, async () => undefined);
  await store.agenda.now(wakeJob);
}

class Worker {
  readonly #agenda: Agenda;
  readonly #settings: Settings;
  readonly #database: Database;
  readonly #stop: AbortSignal;
  readonly #drain: AbortSignal;
  readonly #observer: Observer;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(
    agenda: Agenda,
    settings: Settings,
    database: Database,
    { stop, drain }: Pick<WorkerOptions, 'stop' | 'drain'>,
    observer: Observer,
  ) {
    this.#agenda = agenda;
    this.#settings = settings;
    this.#database = database;
    this.#stop = stop;
    this.#drain = drain;
    this.#observer = observer;
  }

  defineJobs(): void {
    const { lockLifetime, retryDelay } = this.#settings.jobs;
    const alone = { lockLifetime, concurrency: 1 };
    this.#agenda.define(queueJob, () => this.lookAfterQueue(), alone);
    this.#agenda.define(morningJob, () => this.#beginMorning(), { ...alone, backoff: () => mendMorningMs / 60 });
    this.#agenda.define(wakeJob, () => this.#beginReadySteps(), { lockLifetime, removeOnComplete: true });
    this.#agenda.define<StepData>(stepJob, (job) => this.#doStep(job), {
      lockLifetime,
      // Closest connections and reputation go side by side.
      concurrency: 2,
      removeOnComplete: true,
      backoff: ({ error }) => (error instanceof Later ? error.delayMs : retryDelay),
    });
  }

  /** Waits until nothing writes any more: Agenda lets go of jobs that are stopped at once. */
  async rest(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  /** Queues the morning's run if it is due, begins what can begin, and tells of what failed. */
  async lookAfterQueue(): Promise<void> {
    await this.#queueMorning(mendMorningMs);
    await this.#removeDeadJobs();
    await this.#beginReadySteps();
    this.#observer.queue(await queueFigures(this.#database));
    this.#keep(this.#tellOfFailures());
  }

  /** The hook may take its time; the job of the queue may not. */
  async #tellOfFailures(): Promise<void> {
    const { onFailure } = this.#settings.jobs;
    if (!onFailure) return;
    await tellOfFailures(
      this.#database,
      (run, why) => tellOfFailure(onFailure, run, why),
      (run, error) => this.#observer.nobodyTold(run, error),
    ).catch((error) => this.#observer.nobodyTold(undefined, error));
  }

  async #beginMorning(): Promise<void> {
    await this.#queueMorning(Number.POSITIVE_INFINITY);
    await this.#beginReadySteps();
  }

  /**
   * Queues the latest run that was due, once. Agenda calls when it is due, or when a machine wakes that slept over it, but if that comes to
   * nothing not again before tomorrow.
   *
   * @param latest milliseconds since it was due, at most
   */
  async #queueMorning(latest: number): Promise<void> {
    const schedule = await readSchedule(this.#agenda);
    if (!schedule || schedule.isOff) return;
    const dueAt = latestDue(schedule, new Date());
    if (dueAt < schedule.since || Date.now() - dueAt.getTime() > latest) return;
    const day = dayOf(schedule, dueAt);
    const wanted = { ...day, scores: queuedScores(this.#settings, {}), dueAt };
    const [id] = await enqueueRuns(this.#database, this.#settings, [wanted]);
    if (id !== undefined) this.#observer.runQueued(id, day.input);
  }

  /** A job for every step that can begin; one that is there already stays as it is. */
  async #beginReadySteps(): Promise<void> {
    await forReadySteps(this.#database, (runId, step, from) =>
      this.#agenda
        .create<StepData>(stepJob, { runId, step })
        .unique({ 'data.runId': runId, 'data.step': step }, { insertOnly: true })
        .schedule(from)
        .save(),
    );
  }

  /** A worker that died between the end of a job and its removal leaves one that nobody will ever do. */
  async #removeDeadJobs(): Promise<void> {
    const { jobs } = await this.#agenda.queryJobs({ name: stepJob });
    const dead = jobs.filter(({ lockedAt, nextRunAt }) => !lockedAt && !nextRunAt);
    if (dead.length > 0) await this.#agenda.cancel({ ids: dead.map(({ _id }) => String(_id)) });
  }

  async #doStep(job: Job<StepData>): Promise<void> {
    const beat = setInterval(() => void job.touch().catch(() => undefined), this.#settings.jobs.lockLifetime / 4);
    try {
      await this.#keep(this.#conduct(job.attrs.data));
    } finally {
      clearInterval(beat);
    }
    await this.#beginReadySteps();
  }

  /** Remembers work until it has come to its end. */
  #keep<T>(work: Promise<T>): Promise<T> {
    const kept = work.finally(() => this.#underWay.delete(kept));
    this.#underWay.add(kept);
    return kept;
  }

  async #conduct({ runId, step }: StepData): Promise<void> {
    const run = await queuedRun(this.#database, runId);
    if (!run) return;
    const startedAt = new Date();
    this.#observer.stepBegins(run, step);
    const end = await conductStep({
      settings: this.#settings,
      database: this.#database,
      run,
      name: step,
      stop: this.#stop,
      report: this.#observer.reportOf(run, step),
    });
    this.#observer.stepEnded(run, step, startedAt, end);
    if (end.kind === 'done' && step === 'publish') {
      this.#observer.runEnded(run, 'published');
      this.#keep(this.#workAfterPublish(run, end));
    }
    if (end.kind === 'later') throw new Later(end.why, end.delayMs);
    if (end.kind === 'failed' && (await failQueuedRun(this.#database, runId, end.why))) {
      this.#observer.runEnded(run, 'failed', end.why);
      // Whoever has to be told is told now, not at the next look.
      await this.lookAfterQueue();
    }
  }

  /** Beside whatever is next: the first step of the next run ends it. */
  async #workAfterPublish(run: QueuedRun, { summary, by: attempt }: StepEnd & { kind: 'done' }): Promise<void> {
    const settings = this.#settings;
    const signal = AbortSignal.any([this.#stop, this.#drain, AbortSignal.timeout(settings.jobs.stepLimit)]);
    const context = { settings, run, attempt, database: this.#database, signal, summary };
    const startedAt = Date.now();
    await workAfterPublish(context, async (items, work) => {
      for (const item of items) await work(item, () => undefined);
    });
    this.#observer.afterPublish(run, summary, (Date.now() - startedAt) / 1000);
  }
}

/** Starts embedded engines that died, now and then; whoever else does so at the same time waits for the same start. */
function keepEngines(settings: Settings, signal: AbortSignal, log: Log): NodeJS.Timeout {
  let isLooking = false;
  return setInterval(async () => {
    if (isLooking || (settings.neo4j && settings.postgresUrl)) return;
    isLooking = true;
    await up(settings, { signal }).catch((error) => log.warn({ error }, 'engines'));
    isLooking = false;
  }, watchMs);
}
