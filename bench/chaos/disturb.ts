import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningCommand } from '../../test/harness/command-line.ts';
import type { Exit } from './exits.ts';
import type { Disturbance, Kind, Moment, Plan, Victim } from './plan.ts';
import type { Stage } from './stage.ts';

/** A disturbance that took place. */
export interface Done {
  kind: Kind;
  /** For a person: `Neo4j killed`. */
  what: string;
  /** The steps that were under way, or `nothing`. */
  during: string;
  /** How the disturbed command, or the run of the queue, may end because of it; it may always end well. */
  allowed: Exit[];
  /** How it ended. */
  exit?: Exit;
  /** What it said of it. */
  said?: string;
  /** Whether other disturbances met the same run. */
  isShared?: boolean;
}

/** Whom disturbances meet: a command, or the workers. */
export interface Target {
  /** The command, or the worker that does a step. */
  program: () => Promise<RunningCommand | undefined>;
  /** Called once the program was killed or told to stop. */
  isEnding: (program: RunningCommand, kind: Ending) => Promise<void>;
}

/** How a program is ended. */
export type Ending = 'kill' | 'interrupt' | 'interrupt twice';

const names: Record<Victim, string> = {
  program: 'the run',
  neo4j: 'Neo4j',
  postgres: 'Postgres',
  backend: "one of Postgres' sessions",
  importer: 'the bulk importer',
};

/** Exits of a run whose engine is lost, or that stood still for so long that it lost a lock. */
const lost: Exit[] = [4];
const late: Exit[] = [4, 5];

/**
 * Does it, now.
 *
 * @returns undefined if nobody was there to be met
 */
export async function disturb(
  stage: Stage,
  disturbance: Disturbance,
  target: Target,
): Promise<Omit<Done, 'during'> | undefined> {
  switch (disturbance.kind) {
    case 'kill': {
      for (const victim of disturbance.victims) {
        if (victim === 'program') {
          const program = await target.program();
          if (!program) continue;
          program.process.kill('SIGKILL');
          await target.isEnding(program, 'kill');
          return { kind: 'kill', what: `${names.program} killed`, allowed: ['SIGKILL'] };
        }
        // Of Postgres only the postmaster: its sessions notice.
        const [pid] = stage.pidsOf(victim);
        if (pid !== undefined && send(pid, 'SIGKILL'))
          return { kind: 'kill', what: `${names[victim]} killed`, allowed: lost };
      }
      return undefined;
    }
    case 'stop': {
      const { seconds } = disturbance;
      for (const victim of disturbance.victims) {
        const program = victim === 'program' ? (await target.program())?.process.pid : undefined;
        const pids = victim === 'program' ? (program === undefined ? [] : [program]) : stage.pidsOf(victim, seconds);
        const stopped = pids.filter((pid) => send(pid, 'SIGSTOP'));
        if (stopped.length === 0) continue;
        try {
          await sleep(seconds * 1000);
        } finally {
          for (const pid of stopped) send(pid, 'SIGCONT');
        }
        return { kind: 'stop', what: `${names[victim]} stopped for ${seconds} s`, allowed: late };
      }
      return undefined;
    }
    case 'interrupt': {
      const { signal, isRepeated } = disturbance;
      const program = await target.program();
      if (!program) return undefined;
      // Told twice, or before it listens, the signal itself ends it.
      const allowed = isRepeated || program.said === '' ? [130, signal] : [130];
      program.process.kill(signal);
      if (isRepeated) {
        await sleep(200);
        program.process.kill(signal);
      }
      await target.isEnding(program, isRepeated ? 'interrupt twice' : 'interrupt');
      return { kind: 'interrupt', what: `${names.program} got ${signal}${isRepeated ? ' twice' : ''}`, allowed };
    }
    case 'full-disk': {
      const { leaveBytes } = disturbance;
      await stage.disk?.fill(leaveBytes);
      return { kind: 'full-disk', what: `${(leaveBytes / 2 ** 20).toFixed(1)} MiB left on the disk`, allowed: [4] };
    }
  }
}

/** About how long the importer of so small a network works. */
export const importerSeconds = 1.5;

/**
 * Whether the moment of a disturbance is that of the bulk importer, which works for a moment of a first run only, rather
 * than that of a step.
 */
export function waitsForImporter(disturbance: Disturbance, { home, clock }: Plan): boolean {
  return 'victims' in disturbance && disturbance.victims[0] === 'importer' && home !== 'kept' && !clock;
}

/** Whether it was there. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** The steps that have begun, in order, by what a command or a worker has said. */
export function begunIn(said: string): Moment[] {
  const found = said.matchAll(/(?: (\w+): begins$)|"step":"(\w+)","msg":"step begins"/gm);
  return ['start', ...Array.from(found, ([, byHand, byWorker]) => (byHand ?? byWorker) as Moment)];
}

/** The steps that were begun and have not ended. */
export function underWayIn(said: string): string {
  const steps = new Set<string>();
  for (const [, byHand, text, line] of said.matchAll(/ (\w+): (begins|done in )|("step":"\w+".*"msg":"step \w+")/g)) {
    if (byHand && text === 'begins') steps.add(byHand);
    else if (byHand) steps.delete(byHand);
    const [, step, word] = /"step":"(\w+)".*"msg":"step (\w+)"/.exec(line ?? '') ?? [];
    if (step && word === 'begins') steps.add(step);
    else if (step && word !== 'goes') steps.delete(step);
  }
  return [...steps].join(' and ') || 'nothing';
}
