import { Command, InvalidArgumentError } from 'commander';
import { BadInputError } from '../../src/errors.ts';
import { parseOptions } from '../parse-options.ts';
import { type Kind, kinds } from './plan.ts';

/** What was asked for. */
export interface Options {
  /** No round begins after so many minutes. */
  minutes: number;
  /** At most so many rounds. */
  rounds: number;
  seed: number;
  /** What may go wrong. */
  kinds: Kind[];
  /** Of the first day's folder; the network has a user for 40 of them. */
  activities: number;
  scratch?: string;
  keep: boolean;
  /** A folder. */
  results: string;
  /** A page. */
  report: string;
}

const examples = `
A network's days are run in a home in which things go wrong at random moments, and in the end of every round the three
tables are compared with those of undisturbed runs. It prints what it did, and writes it to chaos.json and
docs/reliability.md. The exit code is 0 only if all rounds ended with equal tables and nothing else was amiss.
The same seed draws the same disturbances; when exactly they come depends on the machine.

  kill        a run, a worker, Neo4j, Postgres, one of its sessions or the bulk importer is killed (SIGKILL)
  stop        one of them stands still for some seconds (SIGSTOP, SIGCONT)
  interrupt   a run or a worker gets SIGINT or SIGTERM, at times twice
  clock       a run's clock moves by up to a day
  full-disk   0 to 8 MiB are left on the disk until the run has ended (needs to be root, who can mount one in memory)
  wrong-date  a wrong date in a folder's name or --as-of comes first, and is refused
  torn-file   a gzip cut short, half a file, or one that grows while it is read comes first

Readers read the tables all the time: none may see two runs at once, or nothing.

Examples:
  $ npm run chaos
  $ npm run chaos -- --minutes 60 --seed 7
  $ npm run chaos -- --rounds 3 --only kill,stop
  $ npm run chaos -- --rounds 100 --minutes 600 --without full-disk
`;

function amount(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,9}$/.test(text) || Number(text) < least)
      throw new InvalidArgumentError(`A whole number is wanted, at least ${least}.`);
    return Number(text);
  };
}

function kindsOf(text: string): Kind[] {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !kinds.includes(word as Kind));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no ${unknown}; what can go wrong is ${kinds.join(', ')}.`);
  return words as Kind[];
}

/**
 * The options of `npm run chaos`.
 *
 * @returns undefined if there was nothing but help to show
 * @throws BadInputError naming the option that is wrong
 */
export function readOptions(
  args: readonly string[],
  defaults: { results: string; report: string },
): Options | undefined {
  const program = new Command('npm run chaos --')
    .description('Kills, stops, fills and misleads Kith, and compares its tables with those of undisturbed runs.')
    .option('--minutes <n>', 'no round begins after so many (10, or no limit if --rounds is given)', amount(0))
    .option('--rounds <n>', 'at most so many rounds', amount(1))
    .option('--seed <n>', 'of everything that is drawn', amount(0), 1)
    .option('--only <kinds>', kinds.join(', '), kindsOf)
    .option('--without <kinds>', 'all but these', kindsOf, [])
    .option('--activities <n>', 'of the first day; the network has a user for 40 of them', amount(4_000), 40_000)
    .option('--scratch <dir>', 'where homes and files are made meanwhile')
    .option('--keep', 'leave everything in the scratch folder')
    .option('--results <dir>', 'where the results are kept', defaults.results)
    .option('--report <file>', 'the page whose table is written', defaults.report)
    .addHelpText('after', examples);
  if (!parseOptions(program, args)) return undefined;
  const { only, without, ...given } = program.opts<
    Omit<Options, 'kinds' | 'minutes' | 'rounds'> & Partial<Options> & { only?: Kind[]; without: Kind[] }
  >();
  const allowed = kinds.filter((kind) => (only?.includes(kind) ?? true) && !without.includes(kind));
  if (allowed.length === 0) throw new BadInputError('--only and --without leave nothing that can go wrong.');
  return {
    ...given,
    kinds: allowed,
    minutes: given.minutes ?? (given.rounds === undefined ? 10 : Number.POSITIVE_INFINITY),
    rounds: given.rounds ?? Number.POSITIVE_INFINITY,
    keep: given.keep ?? false,
  };
}
