import { Random } from '../random.ts';
import { AliasTable } from './alias-table.ts';

/** How a user writes; their label only roughly follows it. */
export type Persona = 'analyst' | 'dabbler' | 'hype' | 'chatter' | 'spam';

export const personas: readonly Persona[] = ['analyst', 'dabbler', 'hype', 'chatter', 'spam'];

/** A user's label: handpicked as good, known not to be, or unknown. */
export const label = { none: -1, notGood: 0, good: 1 } as const;

/** Every array is indexed by user id; flags are 0 or 1. */
export interface Population {
  users: number;
  communities: number;
  community: Int32Array;
  /** Relative number of activities done; 0 for the silent. */
  activeness: Float64Array;
  /** Relative number of activities received; 0 for the silent. */
  popularity: Float64Array;
  /** Relative number of messages written; some silent users write too. */
  talkativeness: Float64Array;
  suspended: Uint8Array;
  /** Absent from user.csv. */
  unlisted: Uint8Array;
  /** Values of `label`. */
  label: Int8Array;
  /** Index into `personas`. */
  persona: Uint8Array;
}

const silentShare = 0.08;
const unlistedShare = 0.02;
const notGoodPerGood = 4;

/** Persona shares, in the order of `personas`. */
const shares = {
  good: [0.92, 0.05, 0, 0.03, 0],
  suspended: [0, 0.05, 0.35, 0.2, 0.4],
  other: [0.02, 0.18, 0.24, 0.48, 0.08],
} as const;

function draw(random: Random, probabilities: readonly number[]): number {
  let left = random.fraction();
  for (const [i, probability] of probabilities.entries()) {
    left -= probability;
    if (left < 0) return i;
  }
  return probabilities.length - 1;
}

/** Marks the first `count` users of `order` that `allowed` accepts. */
function mark(
  flags: Uint8Array | Int8Array,
  value: number,
  count: number,
  order: Int32Array,
  allowed: (user: number) => boolean,
): void {
  let left = count;
  for (const user of order) {
    if (left <= 0) return;
    if (!allowed(user)) continue;
    flags[user] = value;
    left--;
  }
}

/**
 * The users of a network: who belongs together, who is active, popular, suspended, labelled.
 * Activity falls with rank by a power of 0.7, and popularity by a power of 1 (Zipf), which gives a few users who
 * each receive about one in a hundred of all activities.
 */
export function createPopulation(options: {
  users: number;
  seed: number;
  suspendedPercent: number;
  goodPercent: number;
}): Population {
  const { users, seed } = options;
  const random = new Random(seed, 'population');
  const byActiveness = random.permutation(users);
  const byPopularity = random.permutation(users);
  const shuffled = random.permutation(users);
  const communities = Math.min(1000, Math.max(1, Math.round(Math.sqrt(users) / 2)));
  const ids = Int32Array.from({ length: communities }, (_, i) => i);
  const sizes = new AliasTable(ids, (community) => (community + 1) ** -0.5);
  const all: Population = {
    users,
    communities,
    community: new Int32Array(users).map(() => sizes.draw(random)),
    activeness: new Float64Array(users),
    popularity: new Float64Array(users),
    talkativeness: new Float64Array(users),
    suspended: new Uint8Array(users),
    unlisted: new Uint8Array(users),
    label: new Int8Array(users).fill(label.none),
    persona: new Uint8Array(users),
  };

  const silent = new Uint8Array(users);
  mark(silent, 1, Math.floor(users * silentShare), shuffled, () => true);
  const suspended = Math.round((users * options.suspendedPercent) / 100);
  const loud = Math.ceil(suspended / 4);
  // A quarter of the suspended users are among the most active, who would otherwise be in many top lists.
  mark(all.suspended, 1, loud, byActiveness, (user) => silent[user] === 0 && random.chance(0.3));
  const marked = all.suspended.reduce((sum, flag) => sum + flag, 0);
  mark(all.suspended, 1, suspended - marked, random.permutation(users), (user) => all.suspended[user] === 0);
  mark(
    all.unlisted,
    1,
    Math.floor(users * unlistedShare),
    random.permutation(users),
    (user) => silent[user] === 0 && all.suspended[user] === 0,
  );
  const good = Math.round((users * options.goodPercent) / 100);
  const candidates = random.permutation(users);
  mark(all.label, label.good, good, candidates, (user) => silent[user] === 0 && all.suspended[user] === 0);
  mark(
    all.label,
    label.notGood,
    good * notGoodPerGood,
    candidates,
    (user) => silent[user] === 0 && all.label[user] === label.none,
  );

  for (let rank = 0; rank < users; rank++) {
    all.activeness[byActiveness[rank] as number] = (rank + 1) ** -0.7;
    all.popularity[byPopularity[rank] as number] = 1 / (rank + 1);
  }
  for (let user = 0; user < users; user++) {
    const kind = all.label[user] === label.good ? 'good' : all.suspended[user] === 1 ? 'suspended' : 'other';
    const persona = draw(random, shares[kind]);
    all.persona[user] = persona;
    all.talkativeness[user] = silent[user] === 0 || random.chance(0.5) ? Math.sqrt(all.activeness[user] as number) : 0;
    if (silent[user] === 1) {
      all.activeness[user] = 0;
      all.popularity[user] = 0;
    } else if (personas[persona] === 'analyst') {
      // People like to engage with experts.
      all.popularity[user] = (all.popularity[user] as number) * 3;
    }
  }
  return all;
}
