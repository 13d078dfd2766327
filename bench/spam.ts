import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readSettings } from '../src/config/settings.ts';
import { endOfTime } from '../src/evaluate/evaluate.ts';
import { EvaluatedNetwork } from '../src/evaluate/evaluated-network.ts';
import type { EvaluatedSettings } from '../src/evaluate/make-lists.ts';
import { type Plan, planOf } from '../src/evaluate/options.ts';
import type { RankingName } from '../src/evaluate/rankings.ts';
import { sampleOf } from '../src/evaluate/sample.ts';
import { openFolder } from '../src/storage/open-folder.ts';
import { benchSql, withDuckDb } from './peer.ts';
import type { JudgedNetwork } from './quality.ts';

/** What bounds them: nothing, a list of scores in which everybody is good but they, or KITH_STRANGERS_AT_MOST. */
export type SpamBound = 'nothing' | 'scores' | 'strangers';

/** The bound on people with whom a stranger engages that is tried. */
export const strangersAtMost = 300;

/** What accounts that like everybody once come to. */
export interface SpamFigures {
  /** How many there are. More than one also like each other. */
  accounts: number;
  against: SpamBound;
  /** Users who had done something by the cut, or with whom somebody had engaged; and how many of them were looked at. */
  known: number;
  users: number;
  secondDegree: SpamReach;
  circles: SpamReach;
  /** The share of users with one of them among those whose circles count for the user. */
  vias: number;
  /** How many of them are among the 100 most popular. */
  popular: number;
  /** What speaks for them most on the lists of circles; null where they are on none. */
  source: string | null;
}

/** Shares of users with one of them on their list, of all recommendations, and of users whose list begins with one. */
export interface SpamReach {
  reached: number;
  recommended: number;
  first: number;
}

/** One account, and a ring of them. */
const spammers = [1, 20] as const;

/** Lists of so many users are made at once, and the terms of which scores are sums are kept for all of them. */
const mostUsers = 4000;

/**
 * Adds accounts that like everybody in the hour before the cut, and looks at what is recommended as of the cut.
 *
 * @param dir an existing folder for files meanwhile
 */
export async function measureSpam(
  { folder, options }: JudgedNetwork,
  dir: string,
  signal: AbortSignal,
): Promise<SpamFigures[]> {
  const plan = planOf(options, false, {});
  const clean = await makeLists(folder, { dir, plan, signal });
  const users = (await read(clean.database, 'quality-known', {}, signal)).map(([user]) => Number(user));
  const figures: SpamFigures[] = [];
  for (const accounts of spammers) {
    const first = (users.at(-1) ?? 0) + 1;
    const spammed = addSpammers(folder, dir, { users, accounts, first, cut: clean.cut });
    for (const against of ['nothing', 'scores', 'strangers'] as const) {
      const scores = against === 'scores' ? new Map(users.map((user) => [user, 1])) : undefined;
      const drawn = sampleOf(users, mostUsers, plan.seed, 'spam');
      const bound = against === 'strangers' ? { strangersAtMost } : {};
      const { database } = await makeLists(spammed, { dir, plan, signal, scores, bound, cut: clean.cut, drawn });
      const variables = { first_spammer: first };
      const reach = await read(database, 'quality-spam', variables, signal);
      const of = (ranking: RankingName): SpamReach => {
        const [, reached, recommended, atFirst] = reach.find(([name]) => name === ranking) ?? [];
        return { reached: Number(reached ?? 0), recommended: Number(recommended ?? 0), first: Number(atFirst ?? 0) };
      };
      const [[vias, popular, source] = []] = await read(database, 'quality-spam-means', variables, signal);
      figures.push({
        accounts,
        against,
        known: users.length,
        users: drawn.length,
        secondDegree: of('second-degree'),
        circles: of('circles'),
        vias: Number(vias),
        popular: Number(popular),
        source: source === null ? null : String(source),
      });
    }
  }
  return figures;
}

interface Lists {
  dir: string;
  plan: Plan;
  signal: AbortSignal;
  scores?: Map<number, number>;
  bound?: Pick<EvaluatedSettings, 'strangersAtMost'>;
  /** Epoch seconds; the plan's if it is left out. */
  cut?: number;
  /** Whom lists are made for; nobody if they are left out. */
  drawn?: number[];
}

/** Makes lists as of the cut, and leaves them in a database. */
async function makeLists(
  folder: string,
  { dir, plan, signal, scores, bound, cut, drawn }: Lists,
): Promise<{ database: string; cut: number }> {
  const scratch = mkdtempSync(join(dir, 'lists-'));
  await using network = await EvaluatedNetwork.read(await openFolder(folder), {
    scratch,
    rejectsPath: join(scratch, 'rejects.csv'),
    limits: readSettings({}),
    types: plan.types,
    scores,
    signal,
  });
  const at = cut ?? ('at' in plan.cut ? plan.cut.at : await network.instantAt(plan.cut.quantile, endOfTime));
  await network.split(at, endOfTime);
  if (drawn) {
    await network.draw(drawn, plan.exclude);
    const { settings } = plan.variants[0] as Plan['variants'][number];
    await network.rank(['second-degree', 'circles'], { ...settings, ...bound });
  }
  return { database: join(scratch, 'evaluated.duckdb'), cut: at };
}

interface Spam {
  users: readonly number[];
  accounts: number;
  /** The id of the first of them; the others follow. */
  first: number;
  cut: number;
}

/**
 * A copy of a day's folder in which the accounts like everybody, and each other.
 *
 * @returns the copy
 */
function addSpammers(folder: string, dir: string, { users, accounts, first, cut }: Spam): string {
  const copy = join(mkdtempSync(join(dir, 'spam-')), basename(folder));
  mkdirSync(copy);
  for (const name of readdirSync(folder)) {
    cpSync(join(folder, name), join(copy, name));
    chmodSync(join(copy, name), 0o600);
  }
  // What is appended to a gzip file may be another one.
  const isPacked = existsSync(join(copy, 'like.csv.gz'));
  const ring = Array.from({ length: accounts }, (_, i) => first + i);
  for (const spammer of ring) {
    const lines = [...users, ...ring].map((user, i) => {
      const at = new Date((cut - (i % 3600)) * 1000).toISOString();
      return `${spammer},${user},${i + 1},${at},like\n`;
    });
    if (isPacked) appendFileSync(join(copy, 'like.csv.gz'), gzipSync(lines.join(''), { level: 1 }));
    else appendFileSync(join(copy, 'like.csv'), lines.join(''));
  }
  return copy;
}

/** The rows of a statement of the benchmark, from a database that is closed. */
function read(database: string, name: string, variables: Record<string, number>, signal: AbortSignal) {
  return withDuckDb(database, signal, async (connection) => {
    for (const [variable, value] of Object.entries(variables))
      await connection.run(`SET VARIABLE ${variable} = $value::INTEGER`, { value });
    return (await connection.runAndReadAll(await benchSql(name))).getRows();
  });
}
