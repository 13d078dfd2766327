import type { Agenda, Job } from 'agenda';
import { z } from 'zod';
import type { Settings } from '../../config/settings.ts';
import { BusyError, messageOf } from '../../errors.ts';
import { type Database, queryOn } from '../../postgres/database.ts';
import { withoutSecrets } from '../../secrets.ts';
import { stepsOf } from '../attempt.ts';
import { withSharedNetworkLock } from '../network-lock.ts';
import { lookAgainMs, performStep, type StepEnd } from '../perform-step.ts';
import { readySteps } from '../pipeline.ts';
import type { Run } from '../run.ts';
import { failRun, queuedRunUnderWay, queueFigures, readRun } from '../runs.ts';
import { type StepName, stepNames } from '../step-name.ts';
import { silent } from '../watcher.ts';
import { workAfter } from '../work-after.ts';
import { tellOfFailure, tellOfFailures } from './failure-hook.ts';
import { queueMorning } from './morning.ts';
import type { Observer } from './observer.ts';
import { morningJob } from './schedule.ts';

/** Agenda's jobs: one for each step that can begin, and some that look after the queue. */
const stepJob = 'kith step';
const queueJob = 'kith queue';
/** Tells the workers that a run was queued. */
export const wakeJob = 'kith wake';
/** How often the queue is checked even if nothing happens: this repairs what a crash left between two jobs. */
const lookEvery = '30 seconds';
/** For how many milliseconds after a run was due each check of the queue makes sure that it is queued. */
const mendMorningMs = 3_600_000;

const stepData = z.object({ runId: z.string().regex(/^[\w-]+$/), step: z.enum(stepNames) });
type StepData = z.infer<typeof stepData>;

/** Thrown to make Agenda retry the job after the delay. */
class Later extends Error {
  readonly delayMs: number;

  constructor(why: string, delayMs: number) {
    super(why);
    this.delayMs = delayMs;
  }
}

/** Signals that end a worker. */
export interface Ends {
  /** Stops the current steps; another worker, or this one later, continues the run. */
  stop: AbortSignal;
  /** Takes no new work, and ends once the current steps are finished. */
  drain: AbortSignal;
}

/** What a worker does when Agenda calls it. */
export class QueueJobs {
  readonly #agenda: Agenda;
  readonly #settings: Settings;
  readonly #database: Database;
  readonly #stop: AbortSignal;
  readonly #drain: AbortSignal;
  readonly #observer: Observer;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(agenda: Agenda, settings: Settings, database: Database, { stop, drain }: Ends, observer: Observer) {
    this.#agenda = agenda;
    this.#settings = settings;
    this.#database = database;
    this.#stop = stop;
    this.#drain = drain;
    this.#observer = observer;
  }

  async define(): Promise<void> {
    const { lockLifetime, retryDelay } = this.#settings.jobs;
    const alone = { lockLifetime, concurrency: 1 };
    this.#agenda.define(queueJob, () => this.#keep(this.lookAfterQueue()), alone);
    this.#agenda.define(morningJob, () => this.#keep(this.#beginMorning()), {
      ...alone,
      backoff: () => mendMorningMs / 60,
    });
    this.#agenda.define(wakeJob, () => this.#keep(this.#beginReadySteps()), { lockLifetime, removeOnComplete: true });
    this.#agenda.define<StepData>(stepJob, (job) => this.#keep(this.#doStep(job)), {
      lockLifetime,
      // The steps closest and reputation run in parallel.
      concurrency: 2,
      removeOnComplete: true,
      backoff: ({ error }) => (error instanceof Later ? error.delayMs : retryDelay),
    });
    await this.#agenda.every(lookEvery, queueJob);
  }

  /** Waits until this worker has finished everything it is doing. */
  async rest(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  /** Queues the daily run if it is due, begins the steps that can begin, and calls the hook for failed runs. */
  async lookAfterQueue(): Promise<void> {
    await this.#queueMorning(mendMorningMs);
    await this.#removeDeadJobs();
    await this.#beginReadySteps();
    this.#observer.queue(await queueFigures(this.#database));
    this.#keep(this.#tellOfFailures());
  }

  /** Not awaited by the queue job, since the hook may be slow. */
  async #tellOfFailures(): Promise<void> {
    const { onFailure } = this.#settings.jobs;
    if (!onFailure) return;
    await tellOfFailures(
      this.#database,
      (run, why) => tellOfFailure(onFailure, run, why),
      (run, error) => this.#observer.hookFailed(run, error),
    ).catch((error) => this.#observer.hookFailed(undefined, error));
  }

  async #beginMorning(): Promise<void> {
    await this.#queueMorning(Number.POSITIVE_INFINITY);
    await this.#beginReadySteps();
  }

  async #queueMorning(latest: number): Promise<void> {
    const queued = await queueMorning(this.#agenda, this.#database, this.#settings, latest);
    if (queued) this.#observer.runQueued(queued.id, queued.input);
  }

  /**
   * Makes a job for every step that can begin; an existing job is left alone. Only one process at a time does this,
   * since two could make two jobs for one step.
   */
  async #beginReadySteps(): Promise<void> {
    const runId = await queuedRunUnderWay(this.#database);
    const run = runId === undefined ? undefined : await readRun(this.#database, runId);
    if (!run) return;
    await this.#database.transaction(async (client) => {
      await queryOn(client, 'sql/runs/lock-queue.sql');
      const states = await stepsOf(this.#database, run.id);
      for (const { name: step } of readySteps(run.steps, states)) {
        const retryIn = states.find(({ name, status }) => name === step && status === 'waiting')?.retryIn ?? 0;
        await this.#agenda
          .create<StepData>(stepJob, { runId: run.id, step })
          .unique({ 'data.runId': run.id, 'data.step': step }, { insertOnly: true })
          .schedule(new Date(Date.now() + retryIn))
          .save();
      }
    });
  }

  /** A worker that dies between finishing a job and removing it leaves a job that nobody will ever do. */
  async #removeDeadJobs(): Promise<void> {
    const { jobs } = await this.#agenda.queryJobs({ name: stepJob });
    const dead = jobs.filter(({ lockedAt, nextRunAt }) => !lockedAt && !nextRunAt);
    if (dead.length > 0) await this.#agenda.cancel({ ids: dead.map(({ _id }) => String(_id)) });
  }

  async #doStep(job: Job<StepData>): Promise<void> {
    const data = stepData.safeParse(job.attrs.data);
    // Anybody who reaches the job store can put jobs there; this one is removed, since it can never be done.
    if (!data.success) return this.#observer.strangeJob(String(job.attrs._id), job.attrs.name);
    const beat = setInterval(() => void job.touch().catch(() => undefined), this.#settings.jobs.lockLifetime / 4);
    try {
      await this.#conduct(data.data);
    } finally {
      clearInterval(beat);
    }
    await this.#beginReadySteps();
  }

  /** Keeps track of work until it is over, since Agenda forgets stopped jobs immediately. */
  #keep<T>(work: Promise<T>): Promise<T> {
    const kept = work.finally(() => this.#underWay.delete(kept));
    this.#underWay.add(kept);
    return kept;
  }

  async #conduct({ runId, step }: StepData): Promise<void> {
    const run = await readRun(this.#database, runId);
    if (!run) return this.#observer.strangeJob(runId, stepJob);
    const startedAt = new Date();
    this.#observer.stepBegins(run, step);
    const end = await this.#perform(run, step);
    this.#observer.stepEnded(run, step, startedAt, end);
    if (end.kind === 'done' && step === 'publish') {
      this.#observer.runEnded(run, 'published');
      this.#keep(this.#workAfter(run, end));
    }
    if (end.kind === 'later') throw new Later(withoutSecrets(messageOf(end.error)), end.delayMs);
    if (end.kind === 'failed') {
      const why = withoutSecrets(messageOf(end.error));
      if (!(await failRun(this.#database, runId, why))) return;
      this.#observer.runEnded(run, 'failed', why);
      // So that the hook is called now, not at the next check.
      await this.lookAfterQueue();
    }
  }

  /** Performs the step, unless a command run by hand holds the network's lock. */
  async #perform(run: Run, name: StepName): Promise<StepEnd> {
    const [settings, database] = [this.#settings, this.#database];
    const report = this.#observer.reportOf(run, name);
    try {
      return await withSharedNetworkLock(database, (lost) =>
        performStep({ settings, database, run, name, stop: AbortSignal.any([this.#stop, lost]), report }),
      );
    } catch (error) {
      if (!(error instanceof BusyError)) throw error;
      return { kind: 'later', delayMs: lookAgainMs, error, isFailure: false };
    }
  }

  /** Does the work after a publish in the background; the first step of the next run ends it. */
  async #workAfter(run: Run, { summary, by: attempt }: StepEnd & { kind: 'done' }): Promise<void> {
    const settings = this.#settings;
    const signal = AbortSignal.any([this.#stop, this.#drain, AbortSignal.timeout(settings.jobs.stepLimit)]);
    const startedAt = Date.now();
    await workAfter({ settings, run, attempt, database: this.#database, signal, summary }, silent);
    this.#observer.afterPublish(run, summary, (Date.now() - startedAt) / 1000);
  }
}
