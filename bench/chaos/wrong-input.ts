import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { RunningCommand } from '../../test/harness/command-line.ts';
import type { Day } from '../data.ts';
import { type Ended, endOf, faultsOf } from './exits.ts';
import type { WrongInput } from './plan.ts';
import { patienceSeconds, type Stage } from './stage.ts';

/** What came of an input that was not the day's. */
export interface Tried {
  kind: WrongInput['kind'];
  what: string;
  exit: Ended['exit'];
  faults: string[];
  /** Of a file that is torn between two lines nothing can be told: then its run is published. */
  isPublished: boolean;
}

/** The file that is torn. */
const file = 'like.csv';

/**
 * `kith run` on an input that is wrong. It has to be refused, and leave the tables as they are, unless it can't be told
 * from a right one.
 *
 * @param folder for what is made meanwhile
 * @param hasTables whether something was published
 */
export async function tryWrong(
  stage: Stage,
  wrong: WrongInput,
  day: Day,
  folder: string,
  hasTables: boolean,
): Promise<Tried> {
  const what = wrong.what === 'an as-of a month earlier' && !hasTables ? 'an as-of a year later' : wrong.what;
  const before = hasTables ? await stage.digest() : undefined;
  mkdirSync(folder, { recursive: true });
  try {
    const { args, meanwhile } = wrongRun(what, day, folder);
    const command = stage.kith(['run', ...args]);
    const [ended] = await Promise.all([endOf(command, patienceSeconds), meanwhile?.(command)]);
    const mayPass = what === 'a file cut within its last line' || what === 'a file that grows while it is read';
    const faults = faultsOf(`the run on ${what}`, ended, mayPass ? [0, 2] : [2]);
    const isPublished = ended.exit === 0;
    if (before && !isPublished && hashOf(await stage.digest()) !== hashOf(before))
      faults.push(`the run on ${what} was refused but changed the tables`);
    return { kind: wrong.kind, what, exit: ended.exit, faults, isPublished };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function hashOf(value: object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

interface WrongRun {
  args: string[];
  /** What is done to its files while it reads them. */
  meanwhile?: (command: RunningCommand) => Promise<void>;
}

function wrongRun(what: WrongInput['what'], day: Day, folder: string): WrongRun {
  const name = basename(day.folder);
  const year = Number(name.slice(0, 4));
  const named = (other: string): WrongRun => {
    cpSync(day.folder, join(folder, other), { recursive: true });
    return { args: ['--input', join(folder, other)] };
  };
  const as = (asOf: string): WrongRun => ({ args: ['--input', day.folder, '--as-of', asOf] });
  const iso = (years: number) => new Date(day.asOf * 1000).toISOString().replace(/^\d{4}/, String(year + years));
  switch (what) {
    case 'a folder named a year later':
      return named(`${year + 1}${name.slice(4)}`);
    case 'a folder named ten years later':
      return named(`${year + 10}${name.slice(4)}`);
    case 'a folder named by a date that does not exist':
      return named(`${name.slice(0, 4)}1301`);
    case 'an as-of a year later':
      return as(iso(1));
    case 'an as-of ten years later':
      return as(iso(10));
    case 'an as-of in month 13':
      return as(`${year}-13-01`);
    case 'an as-of a month earlier':
      return as(new Date((day.asOf - 31 * 86_400) * 1000).toISOString());
    default:
      return torn(what, day, join(folder, name));
  }
}

/** A copy of the day with one file of which half has arrived. */
function torn(what: WrongInput['what'], day: Day, folder: string): WrongRun {
  cpSync(day.folder, folder, { recursive: true });
  const path = join(folder, file);
  const whole = readFileSync(path);
  const args = ['--input', folder];
  if (what === 'a gzip cut short') {
    const zipped = gzipSync(whole);
    writeFileSync(`${path}.gz`, zipped.subarray(0, Math.floor(zipped.length * 0.6)));
    rmSync(path);
    return { args };
  }
  const half = whole.indexOf('\n', whole.length / 2);
  if (what === 'a file cut within its last line') {
    // Within the seconds of its time.
    truncateSync(path, whole.lastIndexOf(':', half) + 2);
    return { args };
  }
  truncateSync(path, half + 1);
  return {
    args,
    meanwhile: async (command) => {
      const pieces = 40;
      const rest = whole.subarray(half + 1);
      await command.says('ingest: begins', patienceSeconds).catch(() => undefined);
      for (let i = 0; i < pieces && command.process.exitCode === null; i++) {
        const at = (piece: number) => Math.floor((rest.length * piece) / pieces);
        appendFileSync(path, rest.subarray(at(i), at(i + 1)));
        await sleep(25);
      }
    },
  };
}
