import type { ListedRun } from '../../src/jobs/list-runs.ts';
import type { RunningCommand } from '../../test/harness/command-line.ts';
import { say } from '../words.ts';
import { type Done, disturb, type Ending } from './disturb.ts';
import { type Exit, endOf, faultsOf } from './exits.ts';

import type { Scene } from './scene.ts';
import type { Stage } from './stage.ts';
import { untilMoment } from './until-moment.ts';

/** Seconds within which a worker ends that is told to: it ends its step first. */
const endsWithin = 120;

/** A run of the queue with two workers, and what disturbs it; a worker that ends is replaced by another one. */
export async function disturbQueue(scene: Scene): Promise<void> {
  const { stage, plan, day, done, faults } = scene;
  const { network } = stage;
  const started: RunningCommand[] = [];
  const startWorker = async () => {
    started.push(await network.startWorker());
  };
  const leave = async (worker: RunningCommand, allowed: Exit[]) => {
    network.workers = network.workers.filter((each) => each !== worker);
    faults.push(...faultsOf('a worker', await endOf(worker, endsWithin), allowed));
  };
  await Promise.all([startWorker(), startWorker()]);
  await network.kith('enqueue', '--input', day.folder);
  say('a run is queued');
  // Asking takes a connection, so not every time.
  let asks = 0;
  const isOverNow = async () => asks++ % 10 === 0 && isOver(await lastRun(stage));
  const hits: Done[] = [];
  const leaving: Promise<void>[] = [];
  for (const disturbance of plan.disturbances) {
    const said = () => started.map((worker) => worker.said);
    if (!(await untilMoment(scene, disturbance, said, isOverNow))) break;
    const during = stepsOf(await lastRun(stage));
    const hit = await disturb(stage, disturbance, {
      program: () => stage.busyWorker(),
      isEnding: async (worker, kind) => {
        leaving.push(leave(worker, endsOf[kind]));
        await startWorker();
      },
    });
    if (hit) hits.push({ ...hit, what: hit.what.replace('the run', 'a worker'), during });
  }
  const { status, error } = await network.untilOver();
  done.push(...hits.map((hit) => ({ ...hit, exit: status, said: error ?? undefined, isShared: hits.length > 1 })));
  if (status !== 'published') faults.push(`the run of the queue ended as ${status}: ${error}`);
  for (const worker of [...network.workers]) {
    const { exitCode, signalCode } = worker.process;
    if (exitCode !== null || signalCode !== null)
      faults.push(`a worker ended by itself, with ${exitCode ?? signalCode}`);
    worker.process.kill('SIGTERM');
    leaving.push(leave(worker, [0]));
  }
  await Promise.all(leaving);
}

/** How a worker may end: told once, it finishes its step; told twice, it need not. */
const endsOf: Record<Ending, Exit[]> = {
  kill: ['SIGKILL'],
  interrupt: [0],
  'interrupt twice': [0, 130, 'SIGINT', 'SIGTERM'],
};

/** Undefined if there is none, or Postgres is away. */
async function lastRun({ network }: Stage): Promise<ListedRun | undefined> {
  return network.lastRun().catch(() => undefined);
}

function isOver(run: ListedRun | undefined): boolean {
  return run?.status === 'published' || run?.status === 'failed';
}

function stepsOf(run: ListedRun | undefined): string {
  const running = run?.steps.filter(({ status }) => status === 'running').map(({ name }) => name) ?? [];
  return running.join(' and ') || 'nothing';
}
