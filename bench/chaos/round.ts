import { join } from 'node:path';
import { messageOf } from '../../src/errors.ts';
import { disturbByHand } from './by-hand.ts';
import { disturbQueue } from './by-queue.ts';
import type { Done } from './disturb.ts';
import { type Exit, endOf, faultsOf } from './exits.ts';
import type { Plan } from './plan.ts';
import { Readers } from './readers.ts';
import type { Seen } from './reading.ts';
import type { KnownDay, Scene } from './scene.ts';
import { type Digest, patienceSeconds, type Stage } from './stage.ts';
import { type Tried, tryWrong } from './wrong-input.ts';

/** How a round went. */
export interface RoundResult {
  round: number;
  /** 1 is the first one, in a home with empty tables. */
  day: number;
  home: Plan['home'];
  by: Plan['by'];
  wrong: Tried[];
  done: Done[];
  /** Exits of the runs that were done by hand after the disturbances, until the day was published. */
  again: Exit[];
  readers?: Seen;
  isEqual: boolean;
  faults: string[];
  seconds: number;
}

const mostTries = 4;

/**
 * Plays a round: wrong inputs, the day's run and what disturbs it, runs by hand until the day is published, and the
 * comparison with the undisturbed run. Whatever goes wrong is in its result.
 *
 * @param number of the day, 1 being the first one
 * @param scratch a folder for what is made meanwhile
 */
export async function playRound(
  stage: Stage,
  round: number,
  plan: Plan,
  number: number,
  day: KnownDay,
  scratch: string,
): Promise<RoundResult> {
  const started = performance.now();
  const result: RoundResult = {
    round,
    day: number,
    home: plan.home,
    by: plan.by,
    wrong: [],
    done: [],
    again: [],
    isEqual: false,
    faults: [],
    seconds: 0,
  };
  const { done, faults } = result;
  try {
    if (plan.home === 'new') await stage.begin();
    if (plan.home === 'reset') await stage.empty();
    using readers = await Readers.start(stage.env);
    const hasTables = plan.home === 'kept';
    for (const wrong of plan.wrong) {
      const tried = await tryWrong(stage, wrong, day, join(scratch, `wrong-${round}`), hasTables && !stage.isTorn);
      stage.isTorn ||= tried.isPublished;
      faults.push(...tried.faults);
      result.wrong.push(tried);
    }
    const before = await stage.publishedAsOf(day.asOf);
    const scene: Scene = { stage, day, plan, done, faults };
    if (plan.by === 'hand') await disturbByHand(scene, before);
    else await disturbQueue(scene);
    stage.disk?.free();
    await runUntilPublished(scene, before, result.again);
    const digest = await stage.digest();
    result.isEqual = isEqual(digest, day.digest, stage.isTorn);
    if (!result.isEqual)
      faults.push(
        `the tables are not those of an undisturbed run: ${JSON.stringify({ digest, expected: day.digest })}`,
      );
    result.readers = await readers.stop();
    faults.push(...faultsOfReaders(result.readers, done, hasTables));
  } catch (error) {
    faults.push(messageOf(error));
  }
  result.seconds = (performance.now() - started) / 1000;
  return result;
}

/** As a person would, once it is quiet again. */
async function runUntilPublished({ stage, day, faults }: Scene, before: number, exits: Exit[]): Promise<void> {
  while ((await stage.publishedAsOf(day.asOf)) <= before) {
    if (exits.length === mostTries) throw new Error(`${mostTries} runs in a row did not publish: ${exits.join(', ')}`);
    const ended = await endOf(stage.kith(['run', '--input', day.folder]), patienceSeconds);
    exits.push(ended.exit);
    faults.push(...faultsOf('the run afterwards', ended, [0, 4, 5]));
    if (ended.isHung) throw new Error('the round is given up: a run afterwards hung');
    // An error may name the command that mends it.
    const [, remedy] = /`kith (rebuild[^`]*)`/.exec(ended.stderr) ?? [];
    if (remedy) await stage.network.kith(...remedy.split(' '));
  }
}

function isEqual(digest: Digest, expected: Digest, isTorn: boolean): boolean {
  return (
    digest.values === expected.values &&
    digest.runs.every((runs) => runs === 1) &&
    // A run on half a day may have interrupted what stood without a gap.
    (isTorn || digest.created === expected.created)
  );
}

function faultsOfReaders(seen: Seen, done: readonly Done[], hadTables: boolean): string[] {
  const { polls, mixed, emptied, empty, lost, errors } = seen;
  const faults = errors.map((error) => `a reader got an error: ${error}`);
  if (mixed.length > 0) faults.push(`${mixed.length} of ${polls} reads saw a mixture, such as ${mixed[0]}`);
  if (emptied > 0 || (hadTables && empty > 0)) faults.push(`${emptied + empty} of ${polls} reads saw empty tables`);
  const mayLose = done.some(({ kind, what }) => kind === 'full-disk' || (kind === 'kill' && /Postgres/.test(what)));
  if (lost > 0 && hadTables && !mayLose)
    faults.push(`readers lost ${lost} connections, although nobody touched Postgres`);
  if (polls === 0) faults.push('readers read nothing');
  return faults;
}
