import { edgeWeights } from './edge-weights.ts';
import { decimal } from './exact.ts';
import type { Activity, Network, OracleOptions } from './network.ts';
import { type Dropped, distinct, expectedTables, wordFilters } from './oracle.ts';
import { withWords } from './words.ts';

export interface CirclesOptions extends OracleOptions {
  /** How many of the popular a user with ties is recommended at most. */
  popularAtMost?: number;
  /** Who engages with more people than this is no via of those who don't have them among their closest, nor engages with them. */
  strangersAtMost?: number;
  /** Whether nobody is recommended with whom the user has engaged. */
  dropEngaged?: boolean;
}

/** Lines without a header, sorted as strings. */
export interface CirclesTables {
  /** user,closest,weight */
  closest: string[];
  /** user,rec,score,rank,source */
  recommendations: string[];
  /** user,rec,reason,weight,source */
  reasons: string[];
  dropped: Dropped & { engaged?: number };
}

/** user → other → a whole number */
type Numbers = Map<number, Map<number, bigint>>;

type Source = 'circle' | 'popular' | 'engages-with-you';
const sources: readonly Source[] = ['circle', 'popular', 'engages-with-you'];

/** A part of a score. */
interface Term {
  rec: number;
  reason: number;
  source: Source;
  units: bigint;
}

const tenMillion = 10n ** 7n;

/** What a run must write by the ranking circles, from the definition alone, one sentence after the other. */
export function expectedCircles(network: Network, options: CirclesOptions): CirclesTables {
  const { asOf, windowSeconds } = options;
  const isSuspended = (user: number) => network.suspended.get(user) === true;
  const users = knownUsers(network).filter((user) => !isSuspended(user));
  const { activities: known, inForce } = withWords(distinct(network.activities), network, options);
  const filterOf = wordFilters(inForce, known, options);
  const counted = known.filter((a) => a.at > asOf - windowSeconds && !isSuspended(a.user) && !isSuspended(a.engaged));
  const followed = new Set(known.filter((a) => a.type === 'follow').map((a) => `${a.user},${a.engaged}`));
  const isGood = (user: number) =>
    options.reputation === undefined || (options.reputation.get(user) ?? -1) >= options.minReputation;

  // 1. Edges. H is linear whatever the decay, and only of edges with S > 0.
  const { edges: s } = edgeWeights(counted, options);
  const lately = Math.floor(windowSeconds / 8);
  const h = recentEngagement(counted, options, lately, s);
  const of = (numbers: Numbers, u: number, v: number) => numbers.get(u)?.get(v) ?? 0n;

  // 2. and 3. Closest and ties.
  const closest = new Map(users.map((u) => [u, largest(s.get(u) ?? new Map(), 50)]));
  const both: Numbers = new Map(users.map((u) => [u, new Map()]));
  for (const [u, others] of s)
    for (const [v, sum] of others)
      for (const [a, b] of [
        [u, v],
        [v, u],
      ] as const)
        both.get(a)?.set(b, of(both, a, b) + sum);
  for (const [u, others] of both) for (const v of others.keys()) if (inForce.muted.has(`${u},${v}`)) others.delete(v);
  const ties = new Map(users.map((u) => [u, largest(both.get(u) as Map<number, bigint>, 20)]));
  const tiesOf = (u: number) => ties.get(u) ?? [];

  // 4. Circles. The constant for n ties is 10^4 / sqrt(n), rounded.
  const voice = (u: number) => BigInt(Math.round(1e4 / Math.sqrt(tiesOf(u).length)));
  const alike: Numbers = new Map();
  const mass = new Map<number, bigint>();
  for (const v of users) {
    const members = users.filter((x) => tiesOf(x).includes(v)).map((x) => ({ x, b: voice(x) }));
    // Somebody who mutes all whom they have to do with has no ties, but may be others' tie.
    if (tiesOf(v).length > 0) members.push({ x: v, b: 3n * voice(v) });
    const den = members.reduce((sum, { b }) => sum + b, 30_000n);
    // 5. Alike.
    const num = new Map<number, bigint>();
    for (const { x, b } of members)
      for (const w of closest.get(x) ?? []) num.set(w, (num.get(w) ?? 0n) + b * (of(h, x, w) > 0n ? 2n : 1n));
    mass.set(v, den);
    alike.set(v, new Map(largest(num, 50).map((w) => [w, ((num.get(w) as bigint) * tenMillion) / den])));
  }

  // 6. Popular.
  const candidates = users.filter((user) => isGood(user) && !inForce.hidden.has(user));
  const sumOver = (numbers: Numbers, w: number) => users.reduce((sum, u) => sum + of(numbers, u, w), 0n);
  const isQuiet = candidates.every((w) => sumOver(h, w) === 0n);
  const g = new Map(candidates.map((w) => [w, sumOver(isQuiet ? s : h, w)]));
  const most = [...g.values()].reduce((a, b) => (a > b ? a : b), 0n);
  const shares = new Map([...g].map(([w, sum]) => [w, sum / (most / tenMillion + 1n)]));
  const popular = new Map(largest(shares, 100).map((w) => [w, shares.get(w) as bigint]));

  // 7. Scores.
  const full = options.decay.kind === 'linear' ? 1000n * BigInt(windowSeconds) : 10n ** 9n;
  const fullLately = 1000n * BigInt(lately);
  const part = (sum: bigint, whole: bigint) => (whole === 0n ? 0n : (750_000n * (sum < whole ? sum : whole)) / whole);
  const tables: CirclesTables = {
    closest: [],
    recommendations: [],
    reasons: [],
    dropped: { suspended: 0, self: 0, followed: 0, ...(options.dropEngaged ? { engaged: 0 } : {}), reputation: 0 },
  };
  for (const u of users) {
    const isStranger = (v: number) =>
      (s.get(v)?.size ?? 0) > (options.strangersAtMost ?? Number.POSITIVE_INFINITY) && !closest.get(u)?.includes(v);
    const vias = tiesOf(u)
      .filter((v) => !isStranger(v))
      .slice(0, 10);
    const n = BigInt(vias.length);
    const terms: Term[] = [];
    for (const v of vias)
      for (const [w, share] of alike.get(v) ?? [])
        terms.push({ rec: w, reason: v, source: 'circle', units: share / n });
    const c =
      n === 0n ? tenMillion : vias.reduce((sum, v) => sum + (3n * 10n ** 11n) / (mass.get(v) as bigint), 0n) / n;
    for (const [w, share] of popular)
      terms.push({ rec: w, reason: w, source: 'popular', units: (c * 3n * share) / 10n ** 8n });
    for (const w of users.filter((w) => of(s, w, u) > 0n && !isStranger(w)))
      terms.push({
        rec: w,
        reason: w,
        source: 'engages-with-you',
        units: part(of(s, w, u), full) + part(of(h, w, u), fullLately),
      });
    const scores = new Map<number, bigint>();
    for (const { rec, units } of terms) if (units > 0n) scores.set(rec, (scores.get(rec) ?? 0n) + units);
    const kept = new Map<number, bigint>();
    for (const [w, score] of scores) {
      const isEngaged = options.dropEngaged === true && of(s, u, w) > 0n;
      const filter = filterOf(u, w, followed.has(`${u},${w}`), isEngaged);
      if (w === u) tables.dropped.self++;
      else if (filter) tables.dropped[filter] = (tables.dropped[filter] ?? 0) + 1;
      else if (!isGood(w)) tables.dropped.reputation++;
      else kept.set(w, score);
    }
    let room = n === 0n ? Number.POSITIVE_INFINITY : (options.popularAtMost ?? Number.POSITIVE_INFINITY);
    const recommended = largest(kept, kept.size)
      .filter((w) => !popular.has(w) || room-- > 0)
      .slice(0, 20);
    for (const [i, rec] of recommended.entries()) {
      const ofRec = terms.filter((term) => term.rec === rec && term.units > 0n);
      const share = (source: Source) => total(ofRec.filter((term) => term.source === source));
      const source = sources.reduce((best, other) => (share(other) > share(best) ? other : best));
      tables.recommendations.push(`${u},${rec},${decimal(kept.get(rec) as bigint, tenMillion, 7)},${i + 1},${source}`);
      for (const reason of new Set(ofRec.map((term) => term.reason))) {
        const ofReason = ofRec.filter((term) => term.reason === reason);
        const named = sources.filter((one) => ofReason.some((term) => term.source === one)).join(' + ');
        tables.reasons.push(`${u},${rec},${reason},${decimal(total(ofReason), tenMillion, 7)},${named}`);
      }
    }
  }
  const secondDegree = expectedTables(network, options);
  tables.closest = secondDegree.closest;
  tables.dropped.suspended = secondDegree.dropped.suspended;
  tables.recommendations.sort();
  tables.reasons.sort();
  return tables;
}

/** Everybody whom an activity or the file of users names. */
function knownUsers({
  activities,
  suspended,
  words = [],
  snapshots = [],
  discoverable = new Map(),
}: Network): number[] {
  const said = [...words, ...snapshots].flatMap((word) => [word.user, word.other]);
  const acted = activities.flatMap((a) => [a.user, a.engaged]);
  return [...new Set([...acted, ...said, ...suspended.keys(), ...discoverable.keys()])];
}

function recentEngagement(activities: Activity[], { asOf, bases }: OracleOptions, lately: number, s: Numbers): Numbers {
  const h: Numbers = new Map();
  for (const { user, engaged, type, at } of activities) {
    if (!s.get(user)?.get(engaged)) continue;
    const others = h.get(user) ?? new Map<number, bigint>();
    h.set(user, others);
    const rest = Math.max(0, lately - (asOf - at));
    others.set(engaged, (others.get(engaged) ?? 0n) + BigInt(bases[type]) * BigInt(rest));
  }
  return h;
}

/** Those with the `most` largest numbers above 0, equal ones by lower id. */
function largest(numbers: ReadonlyMap<number, bigint>, most: number): number[] {
  return [...numbers]
    .filter(([, number]) => number > 0n)
    .sort(([a, x], [b, y]) => (x === y ? a - b : x > y ? -1 : 1))
    .slice(0, most)
    .map(([id]) => id);
}

function total(terms: readonly Term[]): bigint {
  return terms.reduce((sum, { units }) => sum + units, 0n);
}
