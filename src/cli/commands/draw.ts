import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { count } from '../../figures.ts';
import { drawNow } from '../../jobs/draw-now.ts';
import { print } from '../../output.ts';
import { interruptible } from '../interruptible.ts';
import { showWork } from '../show-work.ts';

const examples = `
After a run CLOSEST_TO is drawn by itself, unless there are more closest connections than KITH_DRAW_AT_MOST. Nothing is
computed from it: it is for those who explore the graph. What this draws is removed after the next such run.

--alike draws ALIKE {rank, share} instead, after a run by circles: whom the people around each user engage with. It is
removed after the next run.

Examples:
  $ kith draw
  $ kith draw --alike
  $ KITH_DRAW_AT_MOST=5000000 kith run --input graph_data/20240601
`;

/** Adds `kith draw`. */
export function addDrawCommand(program: Command): void {
  program
    .command('draw')
    .description('draw CLOSEST_TO or ALIKE in the graph, for those who explore it')
    .option('--alike', 'draw ALIKE, the lists of circles')
    .addHelpText('after', examples)
    .action(async ({ alike }: { alike?: boolean }) => {
      const settings = readSettings();
      const drawing = alike ? 'ALIKE' : 'CLOSEST_TO';
      const { created, deleted } = await interruptible((signal) =>
        showWork((watcher) => drawNow(settings, drawing, watcher, signal)),
      );
      print(`${drawing}: ${count(created)} drawn, ${count(deleted)} removed.`);
    });
}
