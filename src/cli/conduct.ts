import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { Conducted, Conductor, Report } from '../jobs/step.ts';
import { secondsSince } from './figures.ts';

/** Seconds between two lines about the same step where there is no terminal. */
const plainInterval = 10;

/** Shows the steps as a live list on a terminal and as a plain log elsewhere, on standard error in both cases. */
export const conduct: Conductor = (steps, work) =>
  process.stderr.isTTY ? conductLive(steps, work) : conductPlain(steps, work);

/** Steps in waves: all needs of a wave's steps are in earlier waves. */
export function waves<Item extends Conducted>(steps: readonly Item[]): Item[][] {
  const result: Item[][] = [];
  const done = new Set<string>();
  const known = new Set<string>(steps.map(({ name }) => name));
  let left = [...steps];
  while (left.length > 0) {
    const ready = left.filter(({ needs }) => needs.every((need) => done.has(need) || !known.has(need)));
    if (ready.length === 0)
      throw new Error(`steps that wait for each other: ${left.map(({ name }) => name).join(', ')}`);
    result.push(ready);
    for (const { name } of ready) done.add(name);
    left = left.filter((step) => !ready.includes(step));
  }
  return result;
}

/** listr2 asks whether standard output is a terminal, but this writes to standard error: `kith run > summary.txt` is live, too. */
class LiveRenderer extends DefaultRenderer {
  static override nonTTY = true;
}

async function conductLive<Item extends Conducted>(
  steps: readonly Item[],
  work: (step: Item, report: Report) => Promise<void>,
): Promise<void> {
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const taskOf = (step: Item) => ({
    title: step.title,
    task: async (_: unknown, task: { output: string; title: string }) => {
      const started = performance.now();
      await work(step, (text) => {
        task.output = text;
      });
      task.title = `${step.title} (${secondsSince(started)})`;
    },
  });
  const tasks = waves(steps).map((wave) =>
    wave.length === 1
      ? taskOf(wave[0] as Item)
      : {
          title: wave.map(({ name }) => name).join(' and '),
          task: (_: unknown, task: { newListr: (...args: unknown[]) => unknown }) =>
            task.newListr(wave.map(taskOf), { concurrent: true, rendererOptions: { collapseSubtasks: false } }),
        },
  );
  await new Listr(tasks as never, {
    renderer: LiveRenderer,
    registerSignalListeners: false,
    rendererOptions: { logger, showErrorMessage: false, collapseErrors: true } as never,
  }).run();
}

async function conductPlain<Item extends Conducted>(
  steps: readonly Item[],
  work: (step: Item, report: Report) => Promise<void>,
): Promise<void> {
  for (const wave of waves(steps)) {
    const ends = await Promise.allSettled(
      wave.map(async (step) => {
        const started = performance.now();
        let last = started;
        say(step.name, 'begins');
        await work(step, (text) => {
          const now = performance.now();
          if (now - last < plainInterval * 1000) return;
          last = now;
          say(step.name, text);
        });
        say(step.name, `done in ${secondsSince(started)}`);
      }),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }
}

function say(step: string, text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(0, 19)}Z ${step}: ${text}\n`);
}
