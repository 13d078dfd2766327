import fc from 'fast-check';
import { isNearRoundingBorder } from './edge-weights.ts';
import { type Activity, activityTypes, type Case, type OracleOptions, type Word } from './network.ts';
import { distinct } from './oracle.ts';

export { denseNetwork } from './dense-network.ts';
export { type FolderStyle, writeFolder, writeReputation } from './write-folder.ts';

const day = 86_400;
const mostUsers = 14;

const userIds = fc.uniqueArray(
  fc.oneof(
    { weight: 10, arbitrary: fc.integer({ min: 1, max: 40 }) },
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constant(2 ** 31 - 1) },
  ),
  { minLength: 3, maxLength: mostUsers },
);

const messageIds = fc.oneof(
  fc.constantFrom(1n, 2n, 0n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 2n, 2n ** 63n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
);

/** An instant by where it lies: a share of the window before as-of, or seconds from one of the window's borders. */
const instants = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ share: fc.constantFrom(0, 0.25, 0.5, 0.75), seconds: fc.constantFrom(0, -1, -7) }),
  },
  { weight: 1, arbitrary: fc.record({ share: fc.constant(0), seconds: fc.constantFrom(0, 1, day) }) },
  { weight: 1, arbitrary: fc.record({ share: fc.constant(1), seconds: fc.constantFrom(0, 1, -1, -3 * day) }) },
);

const bases = fc.oneof(fc.constant(1000), fc.constantFrom(1000, 0, 1, 333, 500, 1001, 1500, 2999));

const settings = (windows: readonly number[]) =>
  fc.record({
    asOf: fc.constantFrom('2020-06-15T00:00:00Z', '2024-02-29T23:59:59Z', '2019-12-31T16:30:05Z'),
    windowSeconds: fc.constantFrom(...windows),
    // Half-lives are whole seconds and short decimals of a day; the shortest rounds most edges to nothing.
    halfLifeDays: fc.option(fc.constantFrom(0.01, 0.5, 1, 2.25, 30), { freq: 2 }),
    bases: fc.record({ follow: bases, reply: bases, like: bases, mention: bases }),
    minReputation: fc.constantFrom(0.5, 0, 0.3, 1),
    hasReputation: fc.boolean(),
  });

/** Users are places in the list of ids, and times places in the list of instants, so that cases shrink well. */
const activities = fc.array(
  fc.record({
    type: fc.constantFrom(...activityTypes),
    user: fc.nat(mostUsers - 1),
    engaged: fc.nat(mostUsers - 1),
    message: messageIds,
    instant: fc.nat(5),
  }),
  { maxLength: 110, size: 'max' },
);

/**
 * A small random network with options to run it under, rich in what is easily got wrong: ties, repeated activities,
 * self-activity, suspended users, users that user.csv lacks, both borders of the window, activities after as-of,
 * follows before the window, bases of 0, ids at their limits, scores at the threshold and missing ones.
 *
 * `windows` are in seconds, multiples of 4.
 *
 * Left out: exponential sums that doubles might round differently from exact arithmetic (see `isNearRoundingBorder`).
 */
export function arbitraryCase(windows = [1, 2, 3, 4, 90].map((days) => days * day)): fc.Arbitrary<Case> {
  return fc
    .record({
      ids: userIds,
      settings: settings(windows),
      instants: fc.array(instants, { minLength: 1, maxLength: 6 }),
      activities,
      repeats: fc.array(fc.nat(109), { maxLength: 10 }),
      flags: fc.array(fc.constantFrom(undefined, undefined, false, false, false, false, true), {
        minLength: mostUsers,
        maxLength: mostUsers,
      }),
      scores: fc.array(fc.constantFrom(0.5, 1, 0.75, 0.500001, 0.499999, 0, undefined), {
        minLength: mostUsers,
        maxLength: mostUsers,
      }),
    })
    .map(({ ids, settings, instants, activities, repeats, flags, scores }): Case => {
      const { windowSeconds } = settings;
      const asOf = Date.parse(settings.asOf) / 1000;
      const made = activities.map(
        ({ type, user, engaged, message, instant }): Activity => ({
          type,
          user: at(ids, user),
          engaged: at(ids, engaged),
          message: type === 'follow' ? null : message,
          at: asOf - at(instants, instant).share * windowSeconds + at(instants, instant).seconds,
        }),
      );
      const repeated = made.length === 0 ? [] : repeats.map((index) => ({ ...at(made, index) }));
      return {
        network: { activities: [...made, ...repeated], suspended: known(ids, flags) },
        options: {
          asOf,
          windowSeconds,
          decay:
            settings.halfLifeDays === null
              ? { kind: 'linear' }
              : { kind: 'exponential', halfLifeSeconds: Math.round(settings.halfLifeDays * day) },
          bases: settings.bases,
          minReputation: settings.minReputation,
          reputation: settings.hasReputation ? known(ids, scores) : undefined,
        },
      };
    })
    .filter(({ network, options }) => !isNearRoundingBorder(counted(network.activities, options), options));
}

/** The activities of the window, each once; suspended users' do no harm here. */
function counted(activities: Activity[], { asOf, windowSeconds }: OracleOptions): Activity[] {
  return distinct(activities).filter((activity) => activity.at > asOf - windowSeconds && activity.at <= asOf);
}

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

function known<T>(ids: number[], values: (T | undefined)[]): Map<number, T> {
  return new Map(
    ids.flatMap((id, index): [number, T][] => {
      const value = values[index];
      return value === undefined ? [] : [[id, value]];
    }),
  );
}

/** Words between the users of a case, near the same instants as its activities. */
export function withRandomWords(example: Case): fc.Arbitrary<Case> {
  const { network, options } = example;
  const ids = [...new Set(network.activities.flatMap(({ user, engaged }) => [user, engaged])), 41, 42];
  const id = fc.constantFrom(...ids);
  const times = [...new Set(network.activities.map((activity) => activity.at)), options.asOf];
  const instant = fc
    .tuple(fc.constantFrom(...times), fc.constantFrom(0, 0, 1, -1, -7 * day))
    .map(([time, seconds]) => time + seconds);
  const word = fc.record({
    type: fc.constantFrom(...(['unfollow', 'unfollow', 'block', 'mute', 'unblock', 'unmute', 'dismiss'] as const)),
    user: id,
    other: id,
    at: instant,
    until: fc.option(
      fc.constantFrom(-1, 0, 1, day).map((seconds) => options.asOf + seconds),
      { freq: 2 },
    ),
  });
  return fc
    .record({
      words: fc.array(word, { maxLength: 25, size: 'max' }),
      mutesAll: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: id }),
      discoverable: fc.array(fc.constantFrom(true, true, true, false), {
        minLength: ids.length,
        maxLength: ids.length,
      }),
      dismissDays: fc.constantFrom(undefined, 1, 7),
      activeDays: fc.constantFrom(undefined, undefined, 1, 30),
      excludeLaterFollows: fc.boolean(),
    })
    .map(({ words, mutesAll, discoverable, ...more }) => ({
      network: {
        ...network,
        words: mutesAll === undefined ? words : [...words, ...mutesOfAll(ids, mutesAll, options.asOf - 1)],
        discoverable: known(ids, discoverable),
      },
      options: { ...options, ...more },
    }));
}

/** A user mutes everybody: they have no ties, but may be others' tie. */
export function mutesOfAll(ids: readonly number[], user: number, at: number): Word[] {
  return ids.map((other) => ({ type: 'mute', user, other, at }));
}
