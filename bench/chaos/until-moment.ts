import { setTimeout as sleep } from 'node:timers/promises';
import { begunIn, importerSeconds, waitsForImporter } from './disturb.ts';
import { type Disturbance, moments } from './plan.ts';
import type { Scene } from './scene.ts';

/**
 * Waits for the moment of a disturbance.
 *
 * @param said what the programs that do steps have said so far
 * @param isOver whether there is nothing left to disturb
 * @returns false if it is over before
 * @throws Error if the stage is disposed of meanwhile
 */
export async function untilMoment(
  { stage, day, plan }: Scene,
  disturbance: Disturbance,
  said: () => string[],
  isOver: () => Promise<boolean>,
): Promise<boolean> {
  const { during, share } = disturbance;
  const isOfImporter = waitsForImporter(disturbance, plan);
  const from = moments.indexOf(during);
  const isThere = () =>
    isOfImporter
      ? stage.pidsOf('importer').length > 0
      : said().some((text) => begunIn(text).some((step) => moments.indexOf(step) >= from));
  while (!isThere()) {
    stage.refuseIfDisposed();
    if (await isOver()) return false;
    await sleep(30);
  }
  await sleep(share * (isOfImporter ? importerSeconds : day.seconds[during]) * 1000);
  return !(await isOver());
}
