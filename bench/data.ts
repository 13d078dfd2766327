import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from '../src/generate/generate.ts';
import { createPopulation } from '../src/generate/population.ts';
import { Random } from '../src/random.ts';
import { addSupernodes, type Supernodes, supernodesOf } from './supernodes.ts';
import { amountText, say } from './words.ts';

/** A generated network: the days' folders lie side by side, as a person's would. */
export interface Network {
  /** Activities of the first day's folder, without those of supernodes. */
  activities: number;
  users: number;
  seed: number;
  supernodes?: Supernodes;
  /** As many messages as activities, on every day. */
  hasMessages: boolean;
  /** `…/graph_data`. */
  root: string;
}

/** A day's folder and its as-of in epoch seconds. */
export interface Day {
  folder: string;
  asOf: number;
}

/** The history of the first folder in days, its last one, and the users an activity has (the sizes of the issue). */
const historyDays = 120;
const firstAsOf = Date.UTC(2024, 5, 1) / 1000;
const activitiesPerUser = 40;
const daySeconds = 86_400;
const share = { suspendedPercent: 1, goodPercent: 3 };

/** New activities of a day, of a network of this size, in the issue. */
export function newActivitiesOf({ activities }: Network): number {
  return Math.max(20, Math.round(activities * 0.011));
}

/** As many new activities as the history has on a day: a network that neither grows nor shrinks. */
export function usualActivitiesOf({ activities }: Network): number {
  return Math.round(activities / historyDays);
}

/**
 * @param place a folder for this and other networks
 * @param and what the network has besides its users and their activities
 */
export function networkOf(place: string, activities: number, seed: number, and?: 'supernodes' | 'messages'): Network {
  const users = Math.max(100, Math.round(activities / activitiesPerUser));
  const name = `${activities}-${seed}${and ? `-${and}` : ''}`;
  const supernodes = and === 'supernodes' ? supernodesOf(activities, users) : undefined;
  return {
    activities,
    users,
    seed,
    supernodes,
    hasMessages: and === 'messages',
    root: join(place, name, 'graph_data'),
  };
}

/** The folder of the whole history; made if it is not there. */
export async function firstDay(network: Network, signal: AbortSignal): Promise<Day> {
  return day(network, 0, async (folder) => {
    const { activities, users, seed, hasMessages } = network;
    const messages = hasMessages ? activities : 0;
    const progress = { at: performance.now() };
    await generate({
      ...share,
      activities,
      users,
      seed,
      messages,
      days: historyDays,
      out: folder,
      signal,
      onProgress: (file, rows, of) => {
        const now = performance.now();
        if (now - progress.at < 10_000) return;
        progress.at = now;
        say(`generating ${file}: ${amountText(rows)} of ${amountText(of)} rows`);
      },
    });
    if (network.supernodes) {
      const span = { from: firstAsOf - historyDays * daySeconds + 1, to: firstAsOf };
      await addSupernodes(folder, network.supernodes, { users, seed, ...span }, signal);
    }
  });
}

/**
 * The folder of a later day, 1 being the one after the history: as many new activities of the same users, and the flags
 * of a few who were suspended or pardoned.
 */
export async function laterDay(
  network: Network,
  number: number,
  activities: number,
  signal: AbortSignal,
): Promise<Day> {
  const { users, seed, hasMessages } = network;
  const messages = hasMessages ? activities : 0;
  return day(network, number, async (folder) => {
    await generate({ ...share, activities, users, seed, messages, days: 1, part: number, out: folder, signal });
    if (!hasMessages) await rm(join(folder, 'messages.jsonl'));
    await writeFile(join(folder, 'user.csv'), flagsOf(network, number));
  });
}

/** One user in 10,000 is suspended, and as many of those are pardoned who were suspended in the history. */
function flagsOf({ users, seed }: Network, number: number): string {
  const random = new Random(seed, `flags ${number}`);
  const { suspended } = createPopulation({ users, seed, ...share });
  const count = Math.max(1, Math.round(users / 10_000));
  const pardoned = random
    .permutation(users)
    .filter((user) => suspended[user] === 1)
    .slice(0, count);
  const punished = Array.from({ length: count }, () => random.below(users));
  const line = (user: number, flag: 0 | 1) => `${user},,,,,,,,,,,${flag}\n`;
  return [...Array.from(pardoned, (user) => line(user, 0)), ...punished.map((user) => line(user, 1))].join('');
}

/** A folder that is there is complete: it gets its name when it is. */
async function day({ root }: Network, number: number, fill: (folder: string) => Promise<void>): Promise<Day> {
  const asOf = firstAsOf + number * daySeconds;
  const name = new Date(asOf * 1000).toISOString().slice(0, 10).replaceAll('-', '');
  const folder = join(root, name);
  if (existsSync(folder)) return { folder, asOf };
  const partial = join(root, `partial-${process.pid}`);
  try {
    await mkdir(partial, { recursive: true });
    await fill(join(partial, name));
    await rename(join(partial, name), folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return { folder, asOf };
}
