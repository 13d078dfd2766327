import { Random } from '../random.ts';
import { AliasTable } from './alias-table.ts';
import type { Calendar } from './calendar.ts';
import type { Authors } from './message-ids.ts';
import { streamOf } from './part.ts';
import type { Population } from './population.ts';
import type { Targets } from './targets.ts';

export type ActivityType = 'follow' | 'reply' | 'mention' | 'like';

/** Everything that the rows of the four files are drawn from. */
export interface Network {
  seed: number;
  /** A different one gives different rows. */
  part: number;
  population: Population;
  sources: AliasTable;
  targets: Targets;
  authors: Authors;
  calendar: Calendar;
}

/** Draws the user who does an activity. */
export function sourcesOf(population: Population): AliasTable {
  const everyone = Int32Array.from({ length: population.users }, (_, user) => user);
  return new AliasTable(everyone, (user) => population.activeness[user] as number);
}

/** Lines of each file; together exactly `activities`. */
export function splitByType(activities: number): Record<ActivityType, number> {
  const follow = Math.floor(activities * 0.15);
  const reply = Math.floor(activities * 0.25);
  const mention = Math.floor(activities * 0.2);
  return { follow, reply, mention, like: activities - follow - reply - mention };
}

const repeatedShare = 0.003;
const remembered = 64;

/**
 * The lines of one activity file. About one line in 300 repeats one of the 64 lines before it; a follow has no message
 * id. Likes and replies name a message of the engaged user, mentions one of the user's own.
 */
export function* activityLines(type: ActivityType, count: number, network: Network): Generator<string> {
  const { sources, targets, authors, calendar } = network;
  const random = new Random(network.seed, streamOf(type, network.part));
  const recent: string[] = [];
  for (let row = 0; row < count; row++) {
    if (row >= remembered && random.chance(repeatedShare)) {
      yield random.pick(recent);
      continue;
    }
    const user = sources.draw(random);
    const engaged = targets.draw(user, type === 'follow' ? 'follow' : 'engage', random);
    const instant = calendar.border(row) ?? calendar.draw(random);
    let line = `${user},${engaged},`;
    if (type !== 'follow')
      line += `${authors.referred(type === 'mention' ? user : engaged, instant, calendar, random)},`;
    line += `${calendar.text(instant)},${type}\n`;
    recent[row % remembered] = line;
    yield line;
  }
}
