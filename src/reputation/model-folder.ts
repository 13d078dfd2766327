import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { BadInputError, EngineError, messageOf } from '../errors.ts';
import { cleaningVersion } from '../messages/clean.ts';
import { listWeights, type Model, mapWeights, shapes } from './model.ts';
import { Vocabulary } from './vocabulary.ts';

/** Changes whenever a folder written before could be misread. */
const formatVersion = 1;
const weightsFile = 'weights.bin';
const vocabularyFile = 'vocabulary.txt';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const description = z.object({
  format: z.literal('kith-reputation-model'),
  version: z.literal(formatVersion),
  /** Of cleanText: a text cleaned otherwise would have other words. */
  cleaning: z.literal(cleaningVersion),
  architecture: z.object({
    dimension: z.int().positive(),
    widths: z.array(z.int().positive()).min(1),
    filters: z.int().positive(),
  }),
  length: z.int().positive(),
  unit: z.number().positive(),
  words: z.int().nonnegative(),
  seed: z.int(),
  sha256: z.object({ [weightsFile]: hash, [vocabularyFile]: hash }),
});

/** A model and the name of its content: equal models have equal ids, wherever they lie. */
export interface StoredModel {
  model: Model;
  id: string;
}

/**
 * Writes a model's folder, whole or not at all: model.json, weights.bin (32-bit floats, little-endian, in the order of
 * listWeights), vocabulary.txt (a word a line, by frequency), and whatever else is given by name. A model that is there already is replaced.
 *
 * @throws BadInputError if the folder holds something else; EngineError if it can't be written
 */
export async function writeModel(
  folder: string,
  model: Model,
  seed: number,
  others: Readonly<Record<string, string>>,
): Promise<void> {
  await refuseForeign(folder);
  const weights = Buffer.concat(listWeights(model.weights).map(([, values]) => bytesOf(values)));
  const vocabulary = Buffer.from(model.vocabulary.words.map((word) => `${word}\n`).join(''));
  const { architecture, length, unit } = model;
  const described: z.infer<typeof description> = {
    format: 'kith-reputation-model',
    version: formatVersion,
    cleaning: cleaningVersion,
    architecture: { ...architecture, widths: [...architecture.widths] },
    length,
    unit,
    words: model.vocabulary.words.length,
    seed,
    sha256: { [weightsFile]: sha256(weights), [vocabularyFile]: sha256(vocabulary) },
  };
  const path = resolve(folder);
  const [fresh, old] = [`${path}.new`, `${path}.old`];
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    await writeFile(join(fresh, weightsFile), weights, { flush: true });
    await writeFile(join(fresh, vocabularyFile), vocabulary, { flush: true });
    for (const [name, text] of Object.entries(others)) await writeFile(join(fresh, name), text, { flush: true });
    await writeFile(join(fresh, 'model.json'), `${JSON.stringify(described, undefined, 2)}\n`, { flush: true });
    await rm(old, { recursive: true, force: true });
    await rename(path, old).catch(() => undefined);
    await rename(fresh, path);
    await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    throw new EngineError(`The model can't be written to ${folder}: ${messageOf(error)}.`);
  }
}

/** @throws BadInputError if the folder holds something that is no model */
export async function refuseForeign(folder: string): Promise<void> {
  const names: string[] = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new BadInputError(`${folder} can't be the model's folder: ${messageOf(error)}.`);
  });
  if (names.length > 0 && !names.includes('model.json'))
    throw new BadInputError(
      `${folder} is not empty and holds no model: give a new folder, or that of a model to replace.`,
    );
}

/**
 * Reads a model's folder.
 *
 * @throws BadInputError in one sentence if there is none, another version of Kith made it, or it is damaged
 */
export async function readModel(folder: string): Promise<StoredModel> {
  const text = await readPart(folder, 'model.json', 'give the folder that `kith reputation train --model` wrote');
  const described = parseDescription(text.toString('utf8'), folder);
  const again = 'train it again, or copy it whole';
  const [weights, words] = await Promise.all([
    readPart(folder, weightsFile, again),
    readPart(folder, vocabularyFile, again),
  ]);
  for (const [name, bytes] of [
    [weightsFile, weights],
    [vocabularyFile, words],
  ] as const)
    if (sha256(bytes) !== described.sha256[name])
      throw new BadInputError(`The model in ${folder} is damaged: ${name} is not as it was written; ${again}.`);
  const { architecture, length, unit } = described;
  const vocabulary = new Vocabulary(words.toString('utf8').split('\n').slice(0, -1));
  let at = 0;
  const take = (shape: number[]): Float32Array => {
    const size = shape.reduce((product, each) => product * each, 1);
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = weights.readFloatLE(at + 4 * i);
    at += 4 * size;
    return values;
  };
  const sizes = shapes(architecture, described.words);
  const expected = listWeights(sizes).reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 4), 0);
  if (vocabulary.words.length !== described.words || weights.length !== expected)
    throw new BadInputError(`The model in ${folder} is damaged: its parts don't fit together; ${again}.`);
  return {
    model: { architecture, vocabulary, length, unit, weights: mapWeights(sizes, take) },
    id: sha256(Buffer.from(JSON.stringify(described))),
  };
}

async function readPart(folder: string, name: string, hint: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code));
    throw new BadInputError(
      isMissing
        ? `${folder} holds no ${name} of a model: ${hint}.`
        : `${join(folder, name)} can't be read: ${messageOf(error)}.`,
    );
  }
}

function parseDescription(text: string, folder: string): z.infer<typeof description> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new BadInputError(
      `The model in ${folder} is damaged: model.json is no JSON; train it again, or copy it whole.`,
    );
  }
  const parsed = description.safeParse(json);
  if (parsed.success) return parsed.data;
  const [field] = parsed.error.issues[0]?.path ?? [];
  if (field === 'version' || field === 'cleaning' || field === 'format')
    throw new BadInputError(
      `The model in ${folder} was made for another version of Kith (${String(field)}); train it again.`,
    );
  throw new BadInputError(
    `The model in ${folder} is damaged: ${String(field ?? 'model.json')} is wrong in model.json; train it again, or copy it whole.`,
  );
}

function bytesOf(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i] as number, i * 4);
  return bytes;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
