/** Rounds in which things go wrong: `npm run chaos`, `npm run chaos -- --help`. */
import { join, resolve } from 'node:path';
import { interruptible } from '../../src/cli/interruptible.ts';
import { projectRoot } from '../../src/config/project.ts';
import { InterruptedError, KithError } from '../../src/errors.ts';
import { mayMount, SmallDisk } from '../../test/harness/small-disk.ts';
import { firstDay, laterDay, networkOf, newActivitiesOf } from '../data.ts';
import { circumstances } from '../machine.ts';
import { Scratch } from '../scratch.ts';
import { say } from '../words.ts';
import { type Options, readOptions } from './options.ts';
import { planOf } from './plan.ts';
import { describeRound, isGood, keepResults, type Results } from './results.ts';
import { playRound } from './round.ts';
import type { KnownDay } from './scene.ts';
import { Stage } from './stage.ts';
import { undisturbedDay } from './undisturbed.ts';

const defaults = {
  results: join(projectRoot, 'bench', 'results'),
  report: join(projectRoot, 'docs', 'reliability.md'),
};

const diskBytes = 6 * 2 ** 30;

/** Days that follow each other before a home begins again. */
const mostDays = 6;

/** @returns whether nothing was amiss in any round */
async function chaos(options: Options, signal: AbortSignal): Promise<boolean> {
  using scratch = new Scratch(options.scratch, options.keep);
  const hasDisk = options.kinds.includes('full-disk') && mayMount();
  using disk = hasDisk ? new SmallDisk(join(scratch.folder, 'disk'), diskBytes) : undefined;
  const kinds = options.kinds.filter((kind) => kind !== 'full-disk' || disk);
  if (kinds.length < options.kinds.length) say('full-disk is left out: no disk in memory can be mounted here');
  await using stage = new Stage(scratch.folder, disk, {});
  // Whatever is under way ends when its processes do.
  signal.addEventListener('abort', () => {
    // It is told where the stage goes out of scope.
    stage[Symbol.asyncDispose]().catch(() => undefined);
  });
  const days = await knownDays(stage, join(scratch.folder, 'data'), options, signal);
  const results: Results = {
    ...circumstances(),
    date: new Date().toISOString().slice(0, 10),
    options: { seed: options.seed, kinds, activities: options.activities },
    rows: days[0]?.digest.rows ?? 0,
    equal: 0,
    rounds: [],
  };
  const end = performance.now() + options.minutes * 60_000;
  let next = 0;
  for (let round = 1; round <= options.rounds && performance.now() < end; round++) {
    signal.throwIfAborted();
    const plan = planOf(options.seed, round, kinds);
    const last = results.rounds.at(-1);
    // What a failed round left says nothing about the next one.
    if (last && !isGood(last)) plan.home = 'new';
    else if (plan.home === 'kept' && (next === 0 || next === days.length)) plan.home = 'reset';
    if (plan.home !== 'kept') next = 0;
    const result = await playRound(stage, round, plan, next + 1, days[next] as KnownDay, scratch.folder);
    signal.throwIfAborted();
    next++;
    results.rounds.push(result);
    if (result.isEqual) results.equal++;
    process.stdout.write(`${describeRound(result)}\n`);
    keepResults(results, {
      folder: resolve(options.results),
      page: resolve(options.report),
      scratch: scratch.folder,
    });
  }
  const good = results.rounds.filter(isGood).length;
  const { length } = results.rounds;
  process.stdout.write(
    `${results.equal} of ${length} rounds ended with the tables of undisturbed runs, ${good} with nothing amiss; ` +
      `seed ${options.seed}\n`,
  );
  return good === length;
}

/** Each day's folder, and what an undisturbed run makes of it; the home is as after the last one. */
async function knownDays(stage: Stage, place: string, options: Options, signal: AbortSignal): Promise<KnownDay[]> {
  const network = networkOf(place, options.activities, options.seed);
  const days: KnownDay[] = [];
  const count = Math.min(mostDays, options.rounds);
  for (let number = 0; number < count; number++) {
    const day =
      number === 0
        ? await firstDay(network, signal)
        : await laterDay(network, number, newActivitiesOf(network), signal);
    const known = await undisturbedDay(stage, day);
    signal.throwIfAborted();
    say(`day ${number + 1} undisturbed: ${known.digest.rows} rows`);
    days.push(known);
  }
  return days;
}

// If everything came to rest before the work is done, Node would end with 0: success has to be said.
process.exitCode = 1;
try {
  const options = readOptions(process.argv.slice(2), defaults);
  const isGoodCall = options ? await interruptible((signal) => chaosOrStopped(options, signal)) : true;
  process.exitCode = isGoodCall ? 0 : 1;
} catch (error) {
  if (!(error instanceof KithError)) throw error;
  process.stderr.write(`chaos: ${error.message}\n`);
  process.exitCode = error.exitCode;
}

async function chaosOrStopped(options: Options, signal: AbortSignal): Promise<boolean> {
  try {
    return await chaos(options, signal);
  } catch (error) {
    throw signal.aborted ? new InterruptedError('Stopped.') : error;
  }
}
