import type { Day } from '../data.ts';
import { endOf } from './exits.ts';
import type { Moment } from './plan.ts';
import type { KnownDay } from './scene.ts';
import { patienceSeconds, type Stage } from './stage.ts';

/**
 * Runs a day while nothing happens.
 *
 * @throws Error if even that fails
 */
export async function undisturbedDay(stage: Stage, day: Day): Promise<KnownDay> {
  const started = Date.now();
  const { exit, stderr } = await endOf(stage.kith(['run', '--input', day.folder]), patienceSeconds);
  if (exit !== 0) throw new Error(`an undisturbed run of ${day.folder} ended with ${exit}: ${stderr}`);
  const run = await stage.network.lastRun();
  const secondsOf = (name: string) => {
    const { startedAt, finishedAt } = run?.steps.find((step) => step.name === name) ?? {};
    return (Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')) / 1000;
  };
  const first = Math.min(...(run?.steps ?? []).map(({ startedAt }) => Date.parse(startedAt ?? '')));
  const seconds: Record<Moment, number> = {
    start: (first - started) / 1000,
    ingest: secondsOf('ingest'),
    closest: secondsOf('closest'),
    recommend: secondsOf('recommend'),
    publish: secondsOf('publish'),
  };
  return { ...day, seconds, digest: await stage.digest() };
}
