import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { print, say } from '../../output.ts';
import { exportFormats, exportRun } from '../../table-files/export-run.ts';
import { interruptible } from '../interruptible.ts';

const examples = `
All files are of one run, and are there whole or not at all: closest_connections, recommendations, rec_reasons,
published_run.json, users where ids are texts, scores where reputation filtered, and user_weeks where a model made them.
Weights are exact decimals. Nothing is published meanwhile.

Examples:
  $ kith export --out tables
  $ kith export --out tables --format csv
  In a notebook:
    pandas.read_parquet('tables/recommendations.parquet')
`;

/** Adds `kith export`. */
export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description('write the published tables to files, for a notebook')
    .requiredOption('--out <dir>', 'a new folder')
    .option('--format <name>', 'parquet or csv', 'parquet')
    .addHelpText('after', examples)
    .action(async ({ out, format }: { out: string; format: string }) => {
      const known = exportFormats.find((name) => name === format);
      if (!known) throw new BadInputError(`--format should be ${exportFormats.join(' or ')}.`);
      const { run, files, leftOut } = await interruptible((signal) =>
        exportRun(readSettings(), { out, format: known, signal, onProgress: (doing) => say(`${doing} …`) }),
      );
      if (leftOut) say(`Left out: ${leftOut}.`);
      print(`Run ${run} is in ${out}: ${files.join(', ')}.`);
    });
}
