import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../src/config/project.ts';
import type { RunningCommand } from '../../test/harness/command-line.ts';
import { type Done, disturb, underWayIn } from './disturb.ts';
import { type Ended, endOf, faultsOf, namesFullDisk } from './exits.ts';

import type { Scene } from './scene.ts';
import { patienceSeconds } from './stage.ts';
import { untilMoment } from './until-moment.ts';

/** Seconds within which a run ends that is told to stop, or whose disk is full. */
const endsWithin = { interrupt: 180, 'full-disk': 360 };

/**
 * `kith run` by hand, and what disturbs it. A run that ends because of it is begun again for the next disturbance.
 *
 * @param before how many runs as of the day were published before
 */
export async function disturbByHand(scene: Scene, before: number): Promise<void> {
  const { stage, plan, day, done, faults } = scene;
  const env = await envOf(scene);
  let run: { command: RunningCommand; hits: Done[] } | undefined;
  const begin = () => {
    const command = stage.kith(['run', '--input', day.folder], env);
    run = { command, hits: [] };
    if (plan.clock) {
      const { minutes, afterSeconds } = plan.clock;
      const what = `the clock moved by ${minutes} minutes after ${afterSeconds.toFixed(1)} s`;
      run.hits.push({ kind: 'clock', what, during: 'the whole run', allowed: [] });
    }
    return run;
  };
  /** The end of the command; true if the day is published. */
  const end = async ({ command, hits }: NonNullable<typeof run>): Promise<boolean> => {
    const ended = await ofFullDisk(scene, command, hits);
    const said = /^kith: .*/m.exec(ended.stderr)?.[0];
    const isShared = hits.length > 1;
    done.push(...hits.map((hit) => ({ ...hit, exit: ended.exit, said, isShared })));
    faults.push(...faultsOf('the run', ended, [0, ...hits.flatMap(({ allowed }) => allowed)]));
    run = undefined;
    return (await stage.publishedAsOf(day.asOf)) > before;
  };
  for (const disturbance of plan.disturbances) {
    if (run && hasEnded(run.command) && (await end(run))) return;
    const { command, hits } = run ?? begin();
    const said = () => [command.said];
    if (!(await untilMoment(scene, disturbance, said, async () => hasEnded(command)))) continue;
    const during = underWayIn(command.said);
    const hit = await disturb(stage, disturbance, {
      program: async () => (hasEnded(command) ? undefined : command),
      isEnding: async (program) => {
        const { isHung } = await endOf(program, endsWithin.interrupt);
        if (isHung) faults.push(`the run did not end within ${endsWithin.interrupt} s of being told to`);
      },
    });
    if (hit) hits.push({ ...hit, during });
  }
  if (!run && plan.clock && done.length === 0) begin();
  if (run) await end(run);
}

/** A run whose clock moves has a home of its own, and the engines as servers: files have the machine's clock. */
async function envOf({ stage, plan }: Scene): Promise<Record<string, string>> {
  if (!plan.clock) return stage.env;
  const jump = pathToFileURL(join(projectRoot, 'bench', 'chaos', 'clock-jump.mjs'));
  return {
    ...(await stage.envOfServers()),
    NODE_OPTIONS: `--import=${jump}`,
    CHAOS_MINUTES: String(plan.clock.minutes),
    CHAOS_AFTER: String(plan.clock.afterSeconds),
  };
}

/** The end of the command; on a full disk it has to be soon, and to say so, and then there is room again. */
async function ofFullDisk({ stage, faults }: Scene, command: RunningCommand, hits: readonly Done[]): Promise<Ended> {
  if (!hits.some(({ kind }) => kind === 'full-disk')) return endOf(command, patienceSeconds);
  const seconds = endsWithin['full-disk'];
  const isLate = await Promise.race([command.ended.then(() => false), sleep(seconds * 1000, true, { ref: false })]);
  if (isLate) faults.push(`the run did not end within ${seconds} s on a full disk`);
  stage.disk?.free();
  const ended = await endOf(command, patienceSeconds);
  const isAlone = hits.every(({ kind }) => kind === 'full-disk');
  if (isAlone && ended.exit === 4 && !namesFullDisk(ended.stderr))
    faults.push(`the run on a full disk does not say so: ${ended.stderr.trimEnd().slice(-600)}`);
  return ended;
}

function hasEnded({ process }: RunningCommand): boolean {
  return process.exitCode !== null || process.signalCode !== null;
}
