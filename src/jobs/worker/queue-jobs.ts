import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agenda, Job } from 'agenda';
import { z } from 'zod';
import type { Settings } from '../../config/settings.ts';
import { BusyError, messageOf } from '../../errors.ts';
import { type Database, queryOn } from '../../postgres/database.ts';
import { withoutSecrets } from '../../secrets.ts';
import { workAfter } from '../afterwards/work-after.ts';
import { stepsOf } from '../attempt.ts';
import { withSharedNetworkLock } from '../network-lock.ts';
import { lookAgainMs, performStep, type StepEnd } from '../perform-step.ts';
import { readySteps } from '../pipeline.ts';
import type { Run } from '../run.ts';
import { failRun, queuedRunUnderWay, queueFigures, readRun } from '../runs.ts';
import { type StepName, stepNames } from '../step-name.ts';
import { silent } from '../watcher.ts';
import { queueMorning } from './morning.ts';
import type { Observer } from './observer.ts';
import { tellOfEnds } from './run-hooks.ts';
import { morningJob } from './schedule.ts';

/** Agenda's jobs: one for each step that can begin, and some that look after the queue. */
const stepJob = 'kith step';
const queueJob = 'kith queue';
/** Tells the workers that a run was queued. */
export const wakeJob = 'kith wake';
/** How often the queue is checked even if nothing happens: this repairs what a crash left between two jobs. */
const lookEvery = '30 seconds';

const stepData = z.object({ runId: z.string().regex(/^[\w-]+$/), step: z.enum(stepNames) });
type StepData = z.infer<typeof stepData>;

/** Waits until everything is over that is in the set, or gets into it meanwhile. */
async function allSettled(work: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (work.size > 0) await Promise.allSettled(work);
}

/** Thrown to make Agenda retry the job after the delay. */
class Later extends Error {
  readonly delayMs: number;

  constructor(why: string, delayMs: number) {
    super(why);
    this.delayMs = delayMs;
  }
}

/** How many milliseconds are left for what follows the last step of a worker that ends. */
const momentMs = 10_000;

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
  readonly #steps = new Set<Promise<unknown>>();
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
    const look = () => this.#keep(this.lookAfterQueue());
    this.#agenda.define(queueJob, look, alone);
    this.#agenda.define(morningJob, look, alone);
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

  /**
   * Takes no more jobs, and waits for the current steps; once it is told to stop, only for a moment. What follows the
   * steps, such as the hook and Agenda's own records, gets no more than a moment either: it is done again elsewhere.
   */
  async end(): Promise<void> {
    const { jobProcessor } = this.#agenda as unknown as { jobProcessor?: { runningJobs: unknown[] } };
    // Agenda's drain() may wait for ever for a job that ends at that moment. Its stop() leaves running jobs alone.
    const stopping = this.#agenda.stop(false).catch(() => undefined);
    const stopped = this.#stop.aborted ? Promise.resolve() : once(this.#stop, 'abort');
    await Promise.race([allSettled(this.#steps), stopped.then(() => sleep(momentMs))]);
    const rest = async () => {
      await stopping;
      await allSettled(this.#underWay);
      while (jobProcessor?.runningJobs.length) await sleep(20);
    };
    await Promise.race([rest(), sleep(momentMs)]);
  }

  /**
   * Queues the daily run if it is due, begins the steps that can begin, and calls the hook for failed runs. What fails
   * of this is logged, and stops nothing else.
   */
  async lookAfterQueue(): Promise<void> {
    const looks = [
      () => this.#queueMorning(),
      () => this.#removeDeadJobs(),
      () => this.#beginReadySteps(),
      async () => this.#observer.queue(await queueFigures(this.#database)),
    ];
    for (const look of looks) await look().catch((error) => this.#observer.lookFailed(error));
    this.#keep(this.#tellOfEnds());
  }

  /** Not awaited by the queue job, since the hook may be slow. */
  async #tellOfEnds(): Promise<void> {
    const { onFailure: failed, onPublished: published } = this.#settings.jobs;
    await tellOfEnds(this.#database, { failed, published }, (run, error) =>
      this.#observer.hookFailed(run, error),
    ).catch((error) => this.#observer.hookFailed(undefined, error));
  }

  async #queueMorning(): Promise<void> {
    const queued = await queueMorning(this.#agenda, this.#database, this.#settings);
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
    const isStuck = await this.#database.transaction(async (client) => {
      await queryOn(client, 'sql/runs/lock-queue.sql');
      const states = await stepsOf(this.#database, run.id);
      const ready = readySteps(run.steps, states);
      for (const { name: step } of ready) {
        const retryIn = states.find(({ name, status }) => name === step && status === 'waiting')?.retryIn ?? 0;
        await this.#agenda
          .create<StepData>(stepJob, { runId: run.id, step })
          .unique({ 'data.runId': run.id, 'data.step': step }, { insertOnly: true })
          .schedule(new Date(Date.now() + retryIn))
          .save();
      }
      return ready.length === 0;
    });
    // Otherwise the runs behind it would wait for ever. If it has just been published, this does nothing.
    if (isStuck)
      await this.#fail(run, 'None of its steps can begin: another version of Kith queued it. Queue it again.');
  }

  async #fail(run: Run, why: string): Promise<void> {
    if (!(await failRun(this.#database, run.id, why))) return;
    this.#observer.runEnded(run, 'failed', why);
    // So that the hook is called now, and the next run begins, not at the next check.
    await this.lookAfterQueue();
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
  #keep<T>(work: Promise<T>, among = this.#underWay): Promise<T> {
    const kept = work.finally(() => among.delete(kept));
    among.add(kept);
    return kept;
  }

  async #conduct({ runId, step }: StepData): Promise<void> {
    const run = await readRun(this.#database, runId);
    if (!run) return this.#observer.strangeJob(runId, stepJob);
    if (this.#drain.aborted) throw new Later('the worker ends', 0);
    const [startedAt, started] = [new Date(), performance.now()];
    this.#observer.stepBegins(run, step);
    const end = await this.#keep(this.#perform(run, step), this.#steps);
    this.#observer.stepEnded(run, step, { startedAt, seconds: (performance.now() - started) / 1000 }, end);
    if (end.kind === 'done' && step === 'publish') {
      this.#observer.runEnded(run, 'published');
      this.#keep(this.#tellOfEnds());
      this.#keep(this.#workAfter(run, end));
    }
    if (end.kind === 'later') throw new Later(withoutSecrets(messageOf(end.error)), end.delayMs);
    if (end.kind === 'failed') await this.#fail(run, withoutSecrets(messageOf(end.error)));
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
    const started = performance.now();
    await workAfter({ settings, run, attempt, database: this.#database, signal, summary }, silent);
    this.#observer.afterPublish(run, summary, (performance.now() - started) / 1000);
  }
}
