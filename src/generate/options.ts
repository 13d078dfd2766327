import { basename } from 'node:path';
import { BadInputError } from '../errors.ts';
import { asOfOfFolder } from '../ingest/day-folder.ts';
import { diskPath, storageOf } from '../storage/location.ts';

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
  /**
   * Whole number up to 999 (0 unless given): another part is the same users with the same favourites, who do other things. So
   * days can follow each other.
   */
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
/** Ids of messages have three digits for the part. */
const mostParts = 999;
const firstDay = Date.UTC(2024, 0, 1) / 1000;

function within(name: string, value: number, least: number, most: number, whole = true): number {
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? 'a whole number' : 'a number';
  throw new BadInputError(`The option ${name} should be ${kind} from ${least} to ${most}, but is ${value}.`);
}

function pathOf(out: string): string {
  if (out !== '' && storageOf(out, 'folder') === 'disk') return diskPath(out, 'folder');
  throw new BadInputError(
    `The option out should be a folder on disk, but is "${out}"; to have the files elsewhere, copy them afterwards.`,
  );
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
    part: within('part', options.part ?? 0, 0, mostParts),
    suspendedPercent: within('suspended', options.suspendedPercent ?? 1, 0, 100, false),
    goodPercent: within('good', options.goodPercent ?? 3, 0, 100, false),
    asOf: asOfOfFolder(basename(out)) ?? firstDay + (seed % 365) * daySeconds,
  };
}
