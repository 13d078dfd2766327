import { join } from 'node:path';
import { InterruptedError } from '../errors.ts';
import { activityLines, type Network, sourcesOf, splitByType } from './activities.ts';
import { Calendar } from './calendar.ts';
import { dayFiles, writeDayFolder, writeLines } from './day-folder.ts';
import { Authors } from './message-ids.ts';
import { messageLines } from './messages.ts';
import { type GenerateOptions, type Plan, planOf } from './options.ts';
import { createPopulation } from './population.ts';
import { Targets } from './targets.ts';
import { userRecords } from './users.ts';

export type { GenerateOptions } from './options.ts';

interface Source {
  lines: Iterable<string>;
  /** How many there will be; for user.csv, approximately. */
  rows: number;
}

/** The lines of each file, generated when they are read. */
function sourcesOfFiles(plan: Plan): Record<(typeof dayFiles)[number], Source> {
  const population = createPopulation(plan);
  const calendar = new Calendar(plan.asOf, plan.days);
  const network: Network = {
    seed: plan.seed,
    part: plan.part,
    population,
    calendar,
    sources: sourcesOf(population),
    targets: new Targets(population, plan.seed),
    authors: new Authors(population, plan.seed, plan.part, plan.messages),
  };
  const rows = splitByType(plan.activities);
  return {
    'follow.csv': { lines: activityLines('follow', rows.follow, network), rows: rows.follow },
    'reply.csv': { lines: activityLines('reply', rows.reply, network), rows: rows.reply },
    'mention.csv': { lines: activityLines('mention', rows.mention, network), rows: rows.mention },
    'like.csv': { lines: activityLines('like', rows.like, network), rows: rows.like },
    'user.csv': { lines: userRecords(population, plan.seed, calendar), rows: plan.users },
    'messages.jsonl': { lines: messageLines(network), rows: plan.messages },
  };
}

/**
 * Writes a synthetic network as a day's folder. The same options give the same bytes; the folder's name counts as an
 * option, since it may say the as-of. Memory grows with users, not with activities or messages.
 *
 * @returns the as-of to run it with, and the records of each file by its name
 * @throws BadInputError if an option is wrong or the folder can't be used
 * @throws InterruptedError once `signal` aborts; nothing is written then
 */
export async function generate(options: GenerateOptions): Promise<{ asOf: Date; files: Record<string, number> }> {
  const plan = planOf(options);
  const files: Record<string, number> = {};
  try {
    await writeDayFolder(plan.out, options.force ?? false, async (folder) => {
      const sources = sourcesOfFiles(plan);
      for (const file of dayFiles) {
        const { lines, rows } = sources[file];
        const name = options.gzip ? `${file}.gz` : file;
        const progress = (done: number) => options.onProgress?.(name, done, rows);
        files[name] = await writeLines(join(folder, name), lines, progress, options.signal);
      }
    });
  } catch (error) {
    if (options.signal?.aborted)
      throw new InterruptedError(`Stopped before ${plan.out} was complete; nothing was written.`, { cause: error });
    throw error;
  }
  return { asOf: new Date(plan.asOf * 1000), files };
}
