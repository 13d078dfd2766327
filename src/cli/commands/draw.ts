import type { Command } from 'commander';
import type { Settings } from '../../config/settings.ts';
import { drawNow } from '../../jobs/draw-now.ts';
import { print } from '../../output.ts';
import { count } from '../figures.ts';
import { interruptible } from '../interruptible.ts';
import { showWork } from '../show-work.ts';

const examples = `
After a run CLOSEST_TO is drawn by itself, unless there are more closest connections than KITH_DRAW_AT_MOST. Nothing is
computed from it: it is for those who explore the graph. What this draws is removed after the next such run.

Examples:
  $ kith draw
  $ KITH_DRAW_AT_MOST=5000000 kith run --input graph_data/20240601
`;

/** Adds `kith draw`. */
export function addDrawCommand(program: Command, readSettings: () => Settings): void {
  program
    .command('draw')
    .description('draw CLOSEST_TO in the graph, for exploring a large network')
    .addHelpText('after', examples)
    .action(async () => {
      const settings = readSettings();
      const { created, deleted } = await interruptible((signal) =>
        showWork((watcher) => drawNow(settings, watcher, signal)),
      );
      print(`Drawn: ${count(created)} new connections, ${count(deleted)} removed.`);
    });
}
