import { Random } from '../../src/random.ts';

/** What can go wrong in a round, by the names that `--only` and `--without` take. */
export const kinds = ['kill', 'stop', 'interrupt', 'clock', 'full-disk', 'wrong-date', 'torn-file'] as const;
export type Kind = (typeof kinds)[number];

/** `program`: the `kith run` or the worker that does a step; `backend`: a session's process in Postgres. */
const victims = ['program', 'neo4j', 'postgres', 'backend', 'importer'] as const;
export type Victim = (typeof victims)[number];

/** Moments are drawn by step: ingest takes far longer than any other, and most would fall into that one. */
export const moments = ['start', 'ingest', 'closest', 'recommend', 'publish'] as const;
export type Moment = (typeof moments)[number];

/** What happens to a run, and when. Of several victims it meets the first that is there. */
export type Disturbance = {
  during: Moment;
  /** How far into it, as a share of the seconds that it takes undisturbed; beyond 1 it comes a little later. */
  share: number;
} & (
  | { kind: 'kill'; victims: readonly Victim[] }
  | { kind: 'stop'; victims: readonly Victim[]; seconds: number }
  | { kind: 'interrupt'; signal: 'SIGINT' | 'SIGTERM'; isRepeated: boolean }
  | { kind: 'full-disk'; leaveBytes: number }
);

const wrongDates = [
  'a folder named a year later',
  'a folder named ten years later',
  'a folder named by a date that does not exist',
  'an as-of a year later',
  'an as-of ten years later',
  'an as-of in month 13',
  'an as-of a month earlier',
] as const;
const tornFiles = [
  'a gzip cut short',
  'a file cut within its last line',
  'a file that grows while it is read',
] as const;

/** An input that is tried first, and is not the day's. */
export type WrongInput =
  | { kind: 'wrong-date'; what: (typeof wrongDates)[number] }
  | { kind: 'torn-file'; what: (typeof tornFiles)[number] };

/** All that is drawn for a round. */
export interface Plan {
  /** `new` and `reset`: it begins with the first day again, in a home without anything or one that was emptied. */
  home: 'kept' | 'reset' | 'new';
  by: 'hand' | 'queue';
  wrong: WrongInput[];
  /** The clock of a run by hand moves by so many minutes after so many seconds. */
  clock?: { minutes: number; afterSeconds: number };
  disturbances: Disturbance[];
}

const most = 3;
const mib = 2 ** 20;
/** How often each is drawn among the others. */
const weights = { kill: 4, stop: 3, interrupt: 2, clock: 1, 'full-disk': 2 };

/** The same seed, round and kinds always give the same plan. */
export function planOf(seed: number, round: number, allowed: readonly Kind[]): Plan {
  const random = new Random(seed, `chaos ${round}`);
  const home = random.pick(['kept', 'kept', 'kept', 'kept', 'kept', 'reset', 'new'] as const);
  const plan: Plan = { home, by: random.pick(['hand', 'queue'] as const), wrong: [], disturbances: [] };
  if (allowed.includes('wrong-date') && random.chance(0.4))
    plan.wrong.push({ kind: 'wrong-date', what: random.pick(wrongDates) });
  if (allowed.includes('torn-file') && random.chance(0.4))
    plan.wrong.push({ kind: 'torn-file', what: random.pick(tornFiles) });
  const drawn = Object.entries(weights).flatMap(([kind, weight]) =>
    allowed.includes(kind as Kind) ? Array<keyof typeof weights>(weight).fill(kind as keyof typeof weights) : [],
  );
  const count = drawn.length === 0 ? 0 : 1 + random.below(most);
  for (let i = 0; i < count; i++) add(plan, random.pick(drawn), random);
  // In the queue one run meets them all, one after the other.
  if (plan.by === 'queue') plan.disturbances.sort((a, b) => moments.indexOf(a.during) - moments.indexOf(b.during));
  return plan;
}

function add(plan: Plan, kind: keyof typeof weights, random: Random): void {
  // As many numbers for every kind: nothing that follows depends on it.
  const when = { during: random.pick(moments), share: random.fraction() * 1.2 };
  const order = Array.from(random.permutation(victims.length), (i) => victims[i] as Victim);
  const [amount, isRepeated] = [random.fraction(), random.chance(0.3)];
  switch (kind) {
    case 'kill':
      plan.disturbances.push({ ...when, kind, victims: order });
      break;
    case 'stop':
      // A lock's holder counts as dead after 6 s, a worker after KITH_LOCK_LIFETIME (10 s here).
      plan.disturbances.push({ ...when, kind, victims: order, seconds: 1 + Math.round(amount * 14) });
      break;
    case 'interrupt':
      plan.disturbances.push({ ...when, kind, signal: amount < 0.5 ? 'SIGINT' : 'SIGTERM', isRepeated });
      break;
    case 'clock':
      // Workers beside each other on one machine have one clock.
      plan.by = 'hand';
      plan.clock = { minutes: Math.round((amount - 0.5) * 2 * 24 * 60), afterSeconds: isRepeated ? 0 : amount * 10 };
      break;
    case 'full-disk':
      // A full disk stays full until the command has ended, so there is one.
      plan.by = 'hand';
      plan.disturbances.push({ ...when, kind, leaveBytes: Math.floor(amount * 8 * mib) });
  }
}
