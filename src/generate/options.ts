import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadInputError } from '../errors.ts';

export interface GenerateOptions {
  /** Users of the network, 2…100,000,000; their ids are 0…users − 1. */
  users: number;
  /** Lines of follow.csv, reply.csv, mention.csv and like.csv together. */
  activities: number;
  /** Lines of messages.jsonl. */
  messages: number;
  /** Whole number from 0 to 2^53 − 1. */
  seed: number;
  /** The day's folder, a path or a `file:` URL; it must be new or empty unless `force` is set. */
  out: string;
  /** Days of history that end at the as-of (120 unless given). */
  days?: number;
  /** Whole number (0 unless given): another part is the same users with the same favourites, who do other things. So days can follow each other. */
  part?: number;
  /** Percent of users who are suspended (1 unless given). */
  suspendedPercent?: number;
  /** Percent of users who are labelled good (3 unless given); four times as many are labelled not good. */
  goodPercent?: number;
  /** Write every file as gzip, named `….gz`. */
  gzip?: boolean;
  /** Replace what an earlier call left in `out`. */
  force?: boolean;
  /** Called now and then, with rows written so far and rows in all. */
  onProgress?: (file: string, rows: number, of: number) => void;
  /** Ends the work early; nothing is left behind. */
  signal?: AbortSignal;
}

/** Options with nothing left open. */
export interface Plan {
  users: number;
  activities: number;
  messages: number;
  seed: number;
  /** Absolute path. */
  out: string;
  days: number;
  part: number;
  suspendedPercent: number;
  goodPercent: number;
  /** Epoch seconds, at 00:00 UTC. */
  asOf: number;
}

const daySeconds = 86_400;
const firstDay = Date.UTC(2024, 0, 1) / 1000;

/** Epoch seconds of a folder named YYYYMMDD; undefined for any other name. */
function dayOfFolder(name: string): number | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
  if (!year || !month || !day || year < '1900') return undefined;
  const text = `${year}-${month}-${day}`;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? date.getTime() / 1000 : undefined;
}

function within(name: string, value: number, least: number, most: number, whole = true): number {
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? 'a whole number' : 'a number';
  throw new BadInputError(`The option ${name} should be ${kind} from ${least} to ${most}, but is ${value}.`);
}

function pathOf(out: string): string {
  if (out === '')
    throw new BadInputError('The option out is empty; give the folder to write, such as graph_data/20240601.');
  if (/^file:/i.test(out)) {
    try {
      return resolve(fileURLToPath(out));
    } catch (cause) {
      throw new BadInputError(`The option out is not a file URL of this machine: ${out}; give a path.`, { cause });
    }
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(out))
    throw new BadInputError(
      `The option out should be a folder on disk, but is ${out}; copy the files there afterwards.`,
    );
  return resolve(out);
}

/**
 * Checks the options and fills in what is open. The as-of is the date that the folder's name says (YYYYMMDD), else
 * 2024-01-01 plus as many days as the seed modulo 365, so it never depends on the clock.
 *
 * @throws BadInputError naming the option that is wrong
 */
export function planOf(options: GenerateOptions): Plan {
  const out = pathOf(options.out);
  const seed = within('seed', options.seed, 0, Number.MAX_SAFE_INTEGER);
  return {
    users: within('users', options.users, 2, 100_000_000),
    activities: within('activities', options.activities, 0, 1_000_000_000),
    messages: within('messages', options.messages, 0, 1_000_000_000),
    seed,
    out,
    days: within('days', options.days ?? 120, 1, 36_500),
    part: within('part', options.part ?? 0, 0, Number.MAX_SAFE_INTEGER),
    suspendedPercent: within('suspended', options.suspendedPercent ?? 1, 0, 100, false),
    goodPercent: within('good', options.goodPercent ?? 3, 0, 100, false),
    asOf: dayOfFolder(basename(out)) ?? firstDay + (seed % 365) * daySeconds,
  };
}
