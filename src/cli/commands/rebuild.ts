import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { several } from '../../figures.ts';
import { planRebuild, type RebuildPlan, rebuildGraph } from '../../jobs/rebuild.ts';
import { print, say } from '../../output.ts';
import { interruptible } from '../interruptible.ts';

const examples = `
For a Neo4j that can't open its store any more, as after a full disk: its files are moved aside, and the users, flags and
activities of every ingested folder, which Kith keeps in $KITH_HOME/accepted, are loaded again. The published tables stay
as they are; closest connections and scores come back with the next run.

Examples:
  What it would do:
    $ kith rebuild
  Do it:
    $ kith rebuild --yes
`;

/** Adds `kith rebuild`. */
export function addRebuildCommand(program: Command): void {
  program
    .command('rebuild')
    .description('rebuild the graph from the rows that were accepted, if its store is broken')
    .option('--yes', 'do it; nothing is changed without it')
    .addHelpText('after', examples)
    .action(async ({ yes }: { yes?: boolean }) => {
      const settings = readSettings();
      const plan = planRebuild(settings);
      if (!yes) throw new BadInputError(`This would ${describe(plan)}: add --yes to do it.`);
      if (!plan.isComplete) say(onlyPart);
      let shown = '';
      const { users, activities, aside } = await interruptible((signal) =>
        rebuildGraph(settings, signal, ({ doing }) => {
          if (doing !== undefined && doing !== shown) say(doing);
          shown = doing ?? shown;
        }),
      );
      const old = aside === undefined ? '' : `; the old store is in ${aside}: delete it once you don't need it`;
      print(
        `Rebuilt: ${several(users, 'user')} and ${several(activities, 'activity', 'activities')} in the graph${old}.`,
        'Closest connections and scores come back with the next `kith run`.',
      );
    });
}

const onlyPart =
  'These rows are incomplete: the graph already held data when Kith began to keep them. Ingest the earlier days again.';

function describe({ accepted, folders, bytes, isComplete, store }: RebuildPlan): string {
  const aside = store ? `move ${store.folder} (${megabytes(store.bytes)}) aside, and ` : '';
  const part = isComplete ? '' : `, which is only a part (the graph held something before they were kept)`;
  return `${aside}rebuild the graph from ${accepted} (${several(folders, 'ingest')}, ${megabytes(bytes)})${part}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
