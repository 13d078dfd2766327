import type { Command } from 'commander';
import { BadInputError } from '../../errors.ts';
import { several } from '../../figures.ts';
import { type GenerateOptions, generate } from '../../generate/generate.ts';
import { isoSeconds } from '../../ingest/instant.ts';
import { print } from '../../output.ts';
import { interruptible } from '../interruptible.ts';
import { showWork } from '../show-work.ts';

interface Given {
  users: number;
  activities: number;
  messages: number;
  seed: number;
  out: string;
  days: number;
  suspended: number;
  good: number;
  gzip?: boolean;
  force?: boolean;
}

const numeric = (option: string) => (text: string) => {
  if (!/^-?\d+(\.\d+)?$/.test(text))
    throw new BadInputError(`The option ${option} should be a number, but is "${text}".`);
  return Number(text);
};

const examples = `
Writes follow.csv, reply.csv, mention.csv, like.csv, user.csv and messages.jsonl, and prints the as-of to run them
with: the date of a folder named YYYYMMDD, or else a day derived from the seed. The same options give the same bytes.

Examples:
  A network to try things out:
    $ kith generate --users 2000 --activities 60000 --messages 20000 --seed 1 --out graph_data/20240601
    $ kith run --input graph_data/20240601
  As large as the network that Kith is built for, compressed, without messages:
    $ kith generate --users 250000 --activities 10000000 --messages 0 --seed 7 --gzip --out graph_data/20240601
`;

/** Generates, and shows progress on standard error if that is a terminal. */
async function withProgress(options: GenerateOptions): Promise<Awaited<ReturnType<typeof generate>>> {
  if (!process.stderr.isTTY) return generate(options);
  const work = { name: 'generate', title: `Generating ${options.out}` };
  return showWork(async (watcher) => {
    const started = performance.now();
    watcher.begins(work);
    const onProgress = (file: string, rows: number, of: number) =>
      watcher.progress(work, { doing: file, share: rows / of, count: rows, unit: 'rows' });
    const result = await generate({ ...options, onProgress });
    const rows = Object.values(result.files).reduce((sum, number) => sum + number, 0);
    watcher.ends(
      { ...work, title: `Generated ${options.out}: ${several(rows, 'row')}` },
      (performance.now() - started) / 1000,
    );
    return result;
  });
}

/** Adds `kith generate`, which writes a synthetic network and prints `as-of` and the instant on standard output. */
export function addGenerateCommand(program: Command): void {
  program
    .command('generate')
    .description("write a synthetic network as one day's folder")
    .option('--users <n>', 'number of users; ids begin at 0', numeric('--users'), 2000)
    .option('--activities <n>', 'lines in the four activity files together', numeric('--activities'), 60_000)
    .option('--messages <n>', 'lines in messages.jsonl', numeric('--messages'), 20_000)
    .option('--seed <n>', 'seed of the random numbers; another seed gives another network', numeric('--seed'), 1)
    .requiredOption('--out <dir>', 'folder to write; new or empty')
    .option('--days <n>', 'days of history before the as-of', numeric('--days'), 120)
    .option('--suspended <percent>', 'share of users who are suspended', numeric('--suspended'), 1)
    .option('--good <percent>', 'share of users who are labelled good', numeric('--good'), 3)
    .option('--gzip', 'compress all files')
    .option('--force', "replace a day's files that are already in the folder")
    .addHelpText('after', examples)
    .action(async (given: Given) => {
      const { suspended: suspendedPercent, good: goodPercent, ...options } = given;
      const { asOf } = await interruptible((signal) =>
        withProgress({ ...options, suspendedPercent, goodPercent, signal }),
      );
      print(`as-of ${isoSeconds(asOf.getTime() / 1000)}`);
    });
}
