import { Command, InvalidArgumentError } from 'commander';
import { rankingNames } from '../src/config/environment.ts';
import type { RankingName } from '../src/config/settings.ts';
import { BadInputError } from '../src/errors.ts';
import { parseOptions } from './parse-options.ts';

/** What can be measured, in the order in which it is. */
export const parts = [
  'first',
  'next',
  'show',
  'serve',
  'read',
  'days',
  'messages',
  'quality',
  'spam',
  'report',
] as const;
export type Part = (typeof parts)[number];

/** What was asked for. */
export interface Options {
  /** Activities of each network. */
  sizes: number[];
  seed: number;
  only: Part[];
  /** Each is measured in a home of its own. */
  rankings: RankingName[];
  supernodes: boolean;
  /** Daily runs after a first one; 0 is none. */
  simulateDays: number;
  /** A day's folder of one's own instead of a generated one. */
  input?: string;
  /** Under what name results of `input` are kept. */
  name?: string;
  /** Settings of Kith for every run: KITH_… = value. */
  set: Record<string, string>;
  /** Where generated folders are kept, and taken from if they are there. */
  data?: string;
  scratch?: string;
  keep: boolean;
  results: string;
  report: string;
}

const examples = `
From nothing: it sets up, generates the networks (seeded), runs Kith on each in a home of its own and DuckDB's SQL on the same files beside
it, compares every row of the three tables, and writes bench/results/*.json and the tables and pictures of docs/performance.md.
Ends with exit code 0 only if all rows were equal. 10M takes about 10 minutes, 20 GB of disk and 8 GiB of memory.

  first   one whole run, from files to published tables; seconds a step, memory
  next    the day after: 110,000 new activities a 10M, as of one day later, beside DuckDB from scratch
  show    one user's recommendations with reasons live from the graph: 1,000 random users, and the 100 with the most paths
  serve   recommendations for 500 clients at once over HTTP, beside the same statement asked of Postgres
  read    the files alone, by \`kith inspect\` beside DuckDB; up to 1M also with a header and \`;\`, and as JSON lines
  messages  both days with as many messages as activities, scored by a model that is trained before
  days    a first run and --simulate-days daily ones: what the stores hold
  quality how many new partners rankings find on the networks beside the checkout, or on --input, beside other libraries: docs/quality.md
  spam    how far accounts get that like everybody once, on the same networks and a generated one: docs/quality.md
  report  only docs/performance.md, from the results that are there

Examples:
  $ npm run bench
  $ npm run bench -- --sizes 1M,10M,30M
  $ npm run bench -- --sizes 10M --rankings second-degree,circles
  $ npm run bench -- --sizes 10M --supernodes
  $ npm run bench -- --simulate-days 30 --activities 300k
  $ npm run bench -- --sizes 10M --only first --set KITH_LOADER=merge --results bench/results/bolt
  $ npm run bench -- --sizes 10M --only messages,report
  $ npm run bench -- --sizes 1M,10M --only read,report
  $ npm run bench -- --input graph_data/20120708 --name higgs
  $ npm run bench -- --only quality
`;

/** A number of activities as a person writes it. */
function amount(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(text.trim()) ?? [];
  const value = Math.round(Number(digits) * { '': 1, k: 1_000, M: 1_000_000 }[unit as '' | 'k' | 'M']);
  if (digits === '' || value < 4_000 || value > 1_000_000_000)
    throw new InvalidArgumentError(`A number of activities is such as 20k, 300000 or 10M, from 4,000 on.`);
  return value;
}

function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A whole number is wanted.');
  return Number(text);
}

function partsOf(text: string): Part[] {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !parts.includes(word as Part));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no part ${unknown}; the parts are ${parts.join(', ')}.`);
  return parts.filter((part) => words.includes(part));
}

function rankingsOf(text: string): RankingName[] {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !rankingNames.includes(word as RankingName));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no ranking ${unknown}; the rankings are ${rankingNames.join(', ')}.`);
  return rankingNames.filter((name) => words.includes(name));
}

function settingOf(text: string, known: Record<string, string>): Record<string, string> {
  const [, name, value] = /^(KITH_[A-Z0-9_]+)=(.*)$/.exec(text) ?? [];
  if (!name || value === undefined) throw new InvalidArgumentError('A setting is such as KITH_SESSIONS=3.');
  if (name === 'KITH_RANKING') throw new InvalidArgumentError('Rankings are told by --rankings.');
  return { ...known, [name]: value };
}

/** Many readers are measured on a network without supernodes: there is one place for their figures. */
function defaultParts({ simulateDays, supernodes }: { simulateDays: number; supernodes?: boolean }): Part[] {
  if (simulateDays > 0) return ['days', 'report'];
  return ['first', 'next', 'show', ...(supernodes ? [] : (['serve'] as const)), 'report'];
}

/**
 * Settings of the engines' sizes may come from the environment, others only by --set: nothing else of a person's own
 * gets in.
 */
const inherited = ['KITH_NEO4J_HEAP', 'KITH_NEO4J_PAGE_CACHE', 'KITH_NEO4J_OS_USER', 'KITH_POSTGRES_OS_USER'];

/**
 * The options of `npm run bench`.
 *
 * @returns undefined if there was nothing but help to show
 * @throws BadInputError naming the option that is wrong
 */
export function readOptions(
  args: readonly string[],
  defaults: { results: string; report: string },
): Options | undefined {
  const program = new Command('npm run bench --')
    .description('Measures Kith beside DuckDB on the same files.')
    .option('--sizes <list>', 'activities of the networks (1M,10M)', (text) => text.split(',').map(amount))
    .option('--activities <n>', 'the same for a single one', (text) => [amount(text)])
    .option('--seed <n>', 'of everything that is drawn', whole, 1)
    .option('--only <parts>', parts.join(', '), partsOf)
    .option('--rankings <list>', `${rankingNames.join(', ')}: for first, next, show and --input`, rankingsOf)
    .option('--supernodes', 'one user with 2M incoming and one with 200k outgoing activities a 10M, among the others')
    .option(
      '--simulate-days <n>',
      'daily runs after a first one (300k activities unless --activities is given)',
      whole,
      0,
    )
    .option('--input <dir>', "a day's folder instead of generated ones: the same run twice")
    .option('--name <word>', 'what the results of --input are called')
    .option('--set <NAME=VALUE>', 'a setting of Kith, again for further ones', settingOf, {})
    .option('--data <dir>', 'keep generated folders there, and take those that are')
    .option('--scratch <dir>', 'where homes and files are made meanwhile', undefined)
    .option('--keep', 'leave everything in the scratch folder')
    .option('--results <dir>', 'where the figures are kept', defaults.results)
    .option('--report <file>', 'the page whose tables and pictures are written', defaults.report)
    .addHelpText('after', examples);
  if (!parseOptions(program, args)) return undefined;
  const given = program.opts<Partial<Options> & { activities?: number[]; simulateDays: number }>();
  const only = given.only ?? defaultParts(given);
  const simulateDays = only.includes('days') ? given.simulateDays || 30 : 0;
  if (given.input !== undefined && (given.sizes || given.activities || given.supernodes || simulateDays > 0))
    throw new BadInputError('--input is a network of its own: it goes with neither sizes, --supernodes nor days.');
  if (given.name !== undefined && !/^[a-z0-9-]+$/.test(given.name))
    throw new BadInputError('--name should be a word of small letters, digits and hyphens.');
  const environment = Object.fromEntries(
    inherited.flatMap((name) => (process.env[name] ? [[name, process.env[name] as string]] : [])),
  );
  const isOnlyDays = only.every((part) => part === 'days' || part === 'report');
  return {
    sizes: given.sizes ?? given.activities ?? (isOnlyDays ? [300_000] : [1_000_000, 10_000_000]),
    seed: given.seed ?? 1,
    only,
    rankings: given.rankings ?? ['second-degree'],
    supernodes: given.supernodes ?? false,
    simulateDays,
    input: given.input,
    name: given.name,
    set: { ...environment, ...given.set },
    data: given.data,
    scratch: given.scratch,
    keep: given.keep ?? false,
    results: given.results ?? defaults.results,
    report: given.report ?? defaults.report,
  };
}
