import type { Step } from './pipeline.ts';

/**
 * Performs steps as they become ready, side by side where several are, until none is left.
 *
 * @param ready asks which steps can begin or are under way; those that are done are not among them
 * @param perform does not throw; after a failure `ready` should give no more
 */
export async function performReady(
  ready: () => Promise<readonly Step[]>,
  perform: (step: Step) => Promise<void>,
): Promise<void> {
  const underWay = new Map<string, Promise<void>>();
  for (;;) {
    // One that ends while the answer is on its way may still be in it.
    const known = new Set(underWay.keys());
    const steps = await ready();
    for (const step of steps) {
      if (known.has(step.name)) continue;
      const work = perform(step).finally(() => underWay.delete(step.name));
      underWay.set(step.name, work);
    }
    if (steps.length === 0 && underWay.size === 0) return;
    if (underWay.size > 0) await Promise.race(underWay.values());
  }
}
