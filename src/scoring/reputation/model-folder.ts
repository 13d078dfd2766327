import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { BadInputError, EngineError, messageOf } from '../../errors.ts';
import { cleaningVersion } from '../../messages/clean.ts';
import { makeFolders } from '../../storage/disk-file.ts';
import { refuseUnwritable } from '../../storage/write-whole.ts';
import { listWeights, type Model, mapWeights, shapes } from './model.ts';
import { Vocabulary } from './vocabulary.ts';

/** Must change whenever existing folders could be misread. */
const formatVersion = 1;
const format = 'kith-reputation-model';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** A file in the folder. Its name contains the start of its hash, so files of different models have different names. */
const part = z.object({ name: z.string().regex(/^[a-z]+-[0-9a-f]{12}\.[a-z]+$/), sha256: hash });
const description = z.object({
  format: z.literal(format),
  version: z.literal(formatVersion),
  /** The version of cleanText; with another one, texts would have other words. */
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
  weights: part,
  vocabulary: part,
});
/** model.json: the description and the hash of its JSON. */
const stored = description.extend({ sha256: hash });

/** What a model's folder may contain. */
const ownFiles =
  /^(model\.json|model-card\.md|[a-z]+\.svg|(weights|vocabulary)-[0-9a-f]{12}\.(bin|txt)|\.kith-.*\.part)$/;

/** A model and an id of its content: equal models have equal ids, wherever they are stored. */
export interface StoredModel {
  model: Model;
  id: string;
}

/**
 * Writes a model's folder: model.json, weights (32-bit floats, little-endian, in the order of listWeights), vocabulary
 * (one word per line, by frequency), and any other given files. An existing model is replaced atomically, by replacing
 * model.json, which then names other files.
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
    format,
    version: formatVersion,
    cleaning: cleaningVersion,
    architecture: { ...architecture, widths: [...architecture.widths] },
    length,
    unit,
    words: model.vocabulary.words.length,
    seed,
    weights: partOf('weights', 'bin', weights),
    vocabulary: partOf('vocabulary', 'txt', vocabulary),
  };
  const json = `${JSON.stringify({ ...described, sha256: idOf(described) }, undefined, 2)}\n`;
  const files = { [described.weights.name]: weights, [described.vocabulary.name]: vocabulary, ...others };
  const draft = join(folder, `.kith-${randomUUID()}.part`);
  try {
    await makeFolders(resolve(folder));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content, { flush: true });
    await writeFile(draft, json, { flush: true });
    await rename(draft, join(folder, 'model.json'));
    for (const name of await readdir(folder))
      if (/^(weights|vocabulary)-|\.part$/.test(name) && !(name in files))
        await rm(join(folder, name), { force: true });
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new EngineError(`The model can't be written to ${folder}: ${messageOf(error)}.`);
  }
}

/**
 * Checks that a model may be written to a folder: it has to be new, empty, or a model's.
 *
 * @throws BadInputError if it holds anything else, or can't be created
 */
export async function refuseForeign(folder: string): Promise<void> {
  await refuseUnwritable(join(folder, 'model.json'));
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new BadInputError(`${folder} can't be the model's folder: ${messageOf(error)}.`);
  });
  let foreign = names.find((name) => !ownFiles.test(name));
  if (names.includes('model.json')) {
    const text = await readFile(join(folder, 'model.json'), 'utf8').catch(() => '');
    if (!text.includes(`"${format}"`)) foreign ??= 'model.json';
  }
  if (foreign !== undefined)
    throw new BadInputError(
      `${folder} contains ${foreign}, which is not part of a Kith model: give a new folder, or that of a model to replace.`,
    );
}

/**
 * Reads a model's folder.
 *
 * @throws BadInputError if there is none, it was made by another version of Kith, or it is damaged
 */
export async function readModel(folder: string): Promise<StoredModel> {
  const text = await readPart(folder, 'model.json', 'give the folder that `kith reputation train --model` wrote');
  const { sha256: id, ...described } = parseDescription(text.toString('utf8'), folder);
  const damaged = (what: string) => new BadInputError(`The model in ${folder} is damaged: ${what}; ${again}.`);
  if (id !== idOf(described)) throw damaged('model.json is not as it was written');
  const read = async ({ name, sha256 }: z.infer<typeof part>): Promise<Buffer> => {
    const bytes = await readPart(folder, name, again);
    if (hashOf(bytes) !== sha256) throw damaged(`${name} is not as it was written`);
    return bytes;
  };
  const [weights, words] = await Promise.all([read(described.weights), read(described.vocabulary)]);
  const { architecture, length, unit } = described;
  let at = 0;
  const take = (shape: number[]): Float32Array => {
    const size = shape.reduce((product, each) => product * each, 1);
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = weights.readFloatLE(at + 4 * i);
    at += 4 * size;
    return values;
  };
  const vocabulary = new Vocabulary(words.toString('utf8').split('\n').slice(0, -1));
  return {
    model: { architecture, vocabulary, length, unit, weights: mapWeights(shapes(architecture, described.words), take) },
    id,
  };
}

const again = 'train it again, or copy it completely';

function partOf(name: string, extension: string, bytes: Buffer): z.infer<typeof part> {
  const sha256 = hashOf(bytes);
  return { name: `${name}-${sha256.slice(0, 12)}.${extension}`, sha256 };
}

/** The id of a model's content. Fields are written and read in the order of the schema. */
function idOf(described: z.infer<typeof description>): string {
  return hashOf(Buffer.from(JSON.stringify(described)));
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

function parseDescription(text: string, folder: string): z.infer<typeof stored> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new BadInputError(`The model in ${folder} is damaged: model.json is not JSON; ${again}.`);
  }
  const parsed = stored.safeParse(json);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => String(issue.path[0] ?? 'model.json'));
  if (fields.includes('format'))
    throw new BadInputError(`${folder} has no Kith model: its model.json is not one of Kith's.`);
  if (fields.includes('version') || fields.includes('cleaning'))
    throw new BadInputError(`The model in ${folder} was made for another version of Kith; train it again.`);
  throw new BadInputError(`The model in ${folder} is damaged: ${fields[0]} is wrong in model.json; ${again}.`);
}

function bytesOf(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i] as number, i * 4);
  return bytes;
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
