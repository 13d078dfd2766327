import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { BadInputError, EngineError, messageOf } from '../../errors.ts';
import { cleaningVersion } from '../../messages/clean.ts';
import { makeFolders } from '../../storage/make-folders.ts';
import { refuseUnwritable } from '../../storage/write-whole.ts';
import { exactLimit, largestSum } from './exact-sums.ts';
import { listWeights, type Model, mapWeights, shapes } from './model.ts';
import { padding, Vocabulary } from './vocabulary.ts';

/** Must change whenever existing folders could be misread. */
const formatVersion = 1;
const format = 'kith-reputation-model';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** Far beyond what any setting allows to be trained; a description that asks for more is not one of ours. */
const largest = { description: 64 * 1024, weights: 1024 ** 3, vocabulary: 64 * 1024 ** 2 };

/** A file in the folder. Its name contains the start of its hash, so files of different models have different names. */
const part = z.strictObject({ name: z.string().regex(/^[a-z]+-[0-9a-f]{12}\.[a-z]+$/), sha256: hash });
const description = z.strictObject({
  format: z.literal(format),
  version: z.literal(formatVersion),
  /** The version of cleanText; with another one, texts would have other words. */
  cleaning: z.literal(cleaningVersion),
  architecture: z.strictObject({
    dimension: z.int().positive().max(4096),
    widths: z
      .array(z.int().positive().max(64))
      .min(1)
      .max(64)
      .refine((widths) => new Set(widths).size === widths.length, 'each width once'),
    filters: z.int().positive().max(4096),
  }),
  length: z.int().positive().max(100_000),
  unit: z.number().positive().max(1),
  words: z.int().nonnegative().max(1_000_000),
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
    makeFolders(resolve(folder));
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
 * @throws BadInputError if there is none, it was made by another version of Kith, or it is damaged: its files have to be
 *   of the sizes and hold the values that training writes, whoever made them and whatever their hashes say
 */
export async function readModel(folder: string): Promise<StoredModel> {
  const hint = 'give the folder that `kith reputation train --model` wrote';
  const text = await readPart(folder, 'model.json', { most: largest.description }, hint);
  const { sha256: id, ...described } = parseDescription(text.toString('utf8'), folder);
  if (id !== idOf(described)) throw damaged(folder, 'model.json is not as it was written');
  const { architecture, length, unit } = described;
  if (!Number.isInteger(Math.log2(unit))) throw damaged(folder, 'unit is wrong in model.json (not a power of two)');
  const read = async (which: 'weights' | 'vocabulary', extension: string, size: Size): Promise<Buffer> => {
    const { name, sha256 } = described[which];
    if (name !== nameOf(which, extension, sha256)) throw damaged(folder, `${which} is wrong in model.json (its name)`);
    const bytes = await readPart(folder, name, size, again);
    if (hashOf(bytes) !== sha256) throw damaged(folder, `${name} is not as it was written`);
    return bytes;
  };
  const numbers = listWeights(shapes(architecture, described.words)).reduce((sum, [, shape]) => sum + sizeOf(shape), 0);
  if (4 * numbers > largest.weights)
    throw damaged(folder, 'architecture is wrong in model.json (its weights would be larger than 1 GiB)');
  // What Classifier keeps for the longest text.
  const products = length * architecture.filters * architecture.widths.reduce((sum, width) => sum + width, 0);
  if (4 * products > largest.weights)
    throw damaged(folder, 'architecture is wrong in model.json (scoring one text would take more than 1 GiB)');
  const [weights, words] = await Promise.all([
    read('weights', 'bin', { exactly: 4 * numbers }),
    read('vocabulary', 'txt', { most: largest.vocabulary }),
  ]);
  let at = 0;
  const take = (shape: number[]): Float32Array => {
    const size = sizeOf(shape);
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = weights.readFloatLE(at + 4 * i);
    at += 4 * size;
    return values;
  };
  const model = {
    architecture,
    vocabulary: vocabularyIn(folder, described, words),
    length,
    unit,
    weights: mapWeights(shapes(architecture, described.words), take),
  };
  const wrong = wrongWeights(model);
  if (wrong !== undefined) throw damaged(folder, `${described.weights.name} has ${wrong}`);
  return { model, id };
}

/** The words of the vocabulary: as many as described, each once, and in the letters that cleanText leaves. */
function vocabularyIn(folder: string, described: z.infer<typeof description>, bytes: Buffer): Vocabulary {
  const { name } = described.vocabulary;
  const words = bytes.toString('latin1').split('\n');
  if (words.pop() !== '') throw damaged(folder, `${name} does not end with a line break`);
  if (words.length !== described.words)
    throw damaged(folder, `${name} has ${words.length} words, not the ${described.words} of model.json`);
  const line = words.findIndex((word) => !/^[a-z]+$/.test(word));
  if (line !== -1) throw damaged(folder, `${name}:${line + 1} is not a word in lower-case letters`);
  if (new Set(words).size < words.length) throw damaged(folder, `${name} has a word twice`);
  return new Vocabulary(words);
}

/** What is wrong with the weights; see `exactWeights` for what they are. */
function wrongWeights({ weights, architecture: { dimension } }: Model): string | undefined {
  for (const [name, values] of listWeights(weights)) {
    const isExact = !name.startsWith('output');
    for (const value of values) {
      if (!Number.isFinite(value)) return `a weight that is no number (${name})`;
      if (isExact && !Number.isInteger(value)) return `a weight that is no whole number (${name})`;
    }
  }
  const noWord = weights.embedding.subarray(padding * dimension, (padding + 1) * dimension);
  if (noWord.some((value) => value !== 0)) return 'weights for padding, which has none (embedding)';
  if (!(largestSum(weights.embedding, weights.filters, dimension) < exactLimit))
    return 'weights whose sums are too large to be exact';
  return undefined;
}

function damaged(folder: string, what: string): BadInputError {
  return new BadInputError(`The model in ${folder} is damaged: ${what}; ${again}.`);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, each) => product * each, 1);
}

const again = 'train it again, or copy it completely';

function partOf(name: string, extension: string, bytes: Buffer): z.infer<typeof part> {
  const sha256 = hashOf(bytes);
  return { name: nameOf(name, extension, sha256), sha256 };
}

function nameOf(name: string, extension: string, sha256: string): string {
  return `${name}-${sha256.slice(0, 12)}.${extension}`;
}

/** The id of a model's content. Fields are written and read in the order of the schema. */
function idOf(described: z.infer<typeof description>): string {
  return hashOf(Buffer.from(JSON.stringify(described)));
}

/** The bytes that a file may have. */
type Size = { most: number } | { exactly: number };

async function readPart(folder: string, name: string, size: Size, hint: string): Promise<Buffer> {
  try {
    // Without O_NONBLOCK, opening a pipe would wait for whoever writes to it.
    await using file = await open(join(folder, name), constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) throw damaged(folder, `${name} is not a plain file`);
    if ('exactly' in size && stats.size !== size.exactly)
      throw damaged(folder, `${name} has ${stats.size} bytes, not the ${size.exactly} of this architecture`);
    if ('most' in size && stats.size > size.most)
      throw damaged(folder, `${name} has ${stats.size} bytes, more than any model's (${size.most})`);
    const bytes = await file.readFile();
    if (bytes.length !== stats.size) throw damaged(folder, `${name} changes while it is read`);
    return bytes;
  } catch (error) {
    if (error instanceof BadInputError) throw error;
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
    throw damaged(folder, 'model.json is not JSON');
  }
  const parsed = stored.safeParse(json);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => String(issue.path[0] ?? 'model.json'));
  if (fields.includes('format'))
    throw new BadInputError(`${folder} has no Kith model: its model.json is not one of Kith's.`);
  if (fields.includes('version') || fields.includes('cleaning'))
    throw new BadInputError(`The model in ${folder} was made for another version of Kith; train it again.`);
  const [issue] = parsed.error.issues;
  throw damaged(folder, `${issue?.path.join('.') || 'its form'} is wrong in model.json (${issue?.message})`);
}

function bytesOf(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i] as number, i * 4);
  return bytes;
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
