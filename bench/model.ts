import { join } from 'node:path';
import { generate } from '../src/generate/generate.ts';
import { kith, openHome } from './kith-run.ts';
import type { Scratch } from './scratch.ts';
import { say } from './words.ts';

/** Enough to learn something from; how good the model is does not matter to how fast it scores. */
const network = { users: 600, activities: 0, messages: 6000, seed: 1, goodPercent: 10 };

/** A model that is trained on a small network of its own; returns its folder. */
export async function trainModel(
  scratch: Scratch,
  { set }: { set: Record<string, string> },
  signal: AbortSignal,
): Promise<string> {
  say('a model to score by');
  const place = join(scratch.folder, 'training');
  const [input, model] = [join(place, 'graph_data', '20240601'), join(place, 'model')];
  await generate({ ...network, out: input, signal });
  await kith(openHome(place, set), ['reputation', 'train', '--input', input, '--model', model], signal);
  return model;
}
