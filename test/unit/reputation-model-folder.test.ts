import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInputError } from '../../src/errors.ts';
import { readModel, writeModel } from '../../src/scoring/reputation/model-folder.ts';
import { bullishModel } from '../harness/hand-made-model.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'kith-models-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
async function written(): Promise<string> {
  const folder = join(root, String(++made));
  await writeModel(folder, bullishModel(), 1, {});
  return folder;
}

const hashOf = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

type Description = Record<string, unknown> & { weights: Part; vocabulary: Part };
interface Part {
  name: string;
  sha256: string;
}

/** Changes the description and gives it the hash that goes with it. */
function redescribe(folder: string, change: (described: Description) => void): void {
  const file = join(folder, 'model.json');
  const { sha256: _, ...described } = JSON.parse(readFileSync(file, 'utf8'));
  change(described);
  writeFileSync(file, JSON.stringify({ ...described, sha256: hashOf(JSON.stringify(described)) }));
}

/** Replaces a file, with the name and the hashes that go with it. */
function replace(folder: string, which: 'weights' | 'vocabulary', content: Buffer | string): void {
  redescribe(folder, (described) => {
    const sha256 = hashOf(content);
    const name = `${which}-${sha256.slice(0, 12)}.${which === 'weights' ? 'bin' : 'txt'}`;
    rmSync(join(folder, described[which].name));
    writeFileSync(join(folder, name), content);
    described[which] = { name, sha256 };
  });
}

/** In the order of listWeights: embedding 4, kernel 1, bias 1, output 1, output's bias 1. */
const weightsOf = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);
const changed = (field: string, value: unknown) => (folder: string) =>
  redescribe(folder, (described) => {
    described[field] = value;
  });
const shaped = (architecture: object) =>
  changed('architecture', { dimension: 1, widths: [1], filters: 1, ...architecture });
const fileOf = (folder: string, which: string) =>
  join(folder, readdirSync(folder).find((name) => name.startsWith(which)) ?? '');
const weights =
  (...values: number[]) =>
  (folder: string) =>
    replace(folder, 'weights', weightsOf(...values));
const vocabulary = (content: Buffer | string) => (folder: string) => replace(folder, 'vocabulary', content);

test('a model is what was written', async () => {
  expect((await readModel(await written())).model).toEqual(bullishModel());
});

test('a model whose files are reached by links is the same model', async () => {
  const folder = await written();
  for (const which of ['weights', 'vocabulary', 'model']) {
    const file = fileOf(folder, which);
    renameSync(file, `${file}.moved`);
    symlinkSync(`${file}.moved`, file);
  }
  expect((await readModel(folder)).model).toEqual(bullishModel());
});

describe('a model with right hashes is refused in one sentence', () => {
  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'NaN among the weights',
      weights(0, 0, 1, Number.NaN, 1, 0, 10, -5),
      /\.bin has a weight that is no number \(embedding/,
    ],
    ['infinity in a kernel', weights(0, 0, 1, 0, Number.POSITIVE_INFINITY, 0, 10, -5), /no number \(kernel1\)/],
    ['NaN in a bias', weights(0, 0, 1, 0, 1, Number.NaN, 10, -5), /no number \(bias1\)/],
    ['NaN in the output', weights(0, 0, 1, 0, 1, 0, Number.NaN, -5), /no number \(output\)/],
    ['NaN in the last bias', weights(0, 0, 1, 0, 1, 0, 10, Number.NaN), /no number \(outputBias\)/],
    ['a weight that is not whole', weights(0, 0, 1.5, 0, 1, 0, 10, -5), /no whole number \(embedding\)/],
    ['weights for padding', weights(1, 0, 1, 0, 1, 0, 10, -5), /weights for padding/],
    ['sums that are not exact', weights(0, 0, 2 ** 12, 0, 2 ** 12, 0, 10, -5), /too large to be exact/],
    ['a bias that is not exact', weights(0, 0, 1, 0, 1, 2 ** 24, 10, -5), /too large to be exact/],
    ['a weight too few', weights(0, 0, 1, 0, 1, 0, 10), /\.bin has 28 bytes, not the 32 of this architecture/],
    ['a weight too many', weights(0, 0, 1, 0, 1, 0, 10, -5, 0), /\.bin has 36 bytes, not the 32/],
    [
      'half a weight',
      (folder) => replace(folder, 'weights', weightsOf(0, 0, 1, 0, 1, 0, 10, -5).subarray(2)),
      /30 bytes/,
    ],
    ['no weights', (folder) => replace(folder, 'weights', ''), /\.bin has 0 bytes, not the 32/],
    ['another dimension', shaped({ dimension: 2 }), /\.bin has 32 bytes, not the 52/],
    ['two widths', shaped({ widths: [1, 2] }), /\.bin has 32 bytes, not the 48/],
    ['a width twice', shaped({ widths: [1, 1] }), /architecture\.widths is wrong in model\.json \(each width once\)/],
    ['a width of nothing', shaped({ widths: [0] }), /architecture\.widths\.0 is wrong in model\.json/],
    ['a width of a million', shaped({ widths: [1e6] }), /architecture\.widths\.0 is wrong in model\.json/],
    ['no widths', shaped({ widths: [] }), /architecture\.widths is wrong in model\.json/],
    ['filters by the million', shaped({ filters: 1e6 }), /architecture\.filters is wrong in model\.json/],
    ['a dimension with a fraction', shaped({ dimension: 1.5 }), /architecture\.dimension is wrong in model\.json/],
    [
      'weights beyond all memory',
      (folder) => {
        shaped({ dimension: 4096 })(folder);
        changed('words', 1_000_000)(folder);
      },
      /its weights would be larger than 1 GiB/,
    ],
    [
      'products beyond all memory',
      (folder) => {
        shaped({ widths: [64], filters: 4096 })(folder);
        changed('length', 100_000)(folder);
      },
      /scoring one text would take more than 1 GiB/,
    ],
    ['more words than there are', changed('words', 3), /\.bin has 32 bytes, not the 36/],
    ['words by the billion', changed('words', 2 ** 31), /words is wrong in model\.json/],
    ['a length of a million', changed('length', 1e6), /length is wrong in model\.json/],
    ['a unit of nothing', changed('unit', 0), /unit is wrong in model\.json/],
    ['a negative unit', changed('unit', -1), /unit is wrong in model\.json/],
    ['a unit that is text', changed('unit', '1'), /unit is wrong in model\.json/],
    ['a unit of null', changed('unit', null), /unit is wrong in model\.json/],
    ['a unit that is no power of two', changed('unit', 0.3), /unit is wrong in model\.json \(not a power of two/],
    [
      'a unit beyond all numbers',
      (folder) => {
        const file = join(folder, 'model.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('"unit": 1', '"unit": 1e999'));
      },
      /unit is wrong in model\.json/,
    ],
    ['a field too many', changed('more', 1), /is wrong in model\.json \(.*more/],
    [
      'a prototype',
      (folder) => {
        const file = join(folder, 'model.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('{', '{"__proto__": {"unit": 1}, '));
      },
      /is wrong in model\.json|is not as it was written/,
    ],
    [
      'a part that is elsewhere',
      (folder) =>
        redescribe(folder, (described) => {
          described.weights.name = '../x.bin';
        }),
      /weights\.name is wrong in model\.json/,
    ],
    [
      'parts that are exchanged',
      (folder) =>
        redescribe(folder, (described) => {
          const { weights, vocabulary } = described;
          Object.assign(described, { weights: vocabulary, vocabulary: weights });
        }),
      /weights is wrong in model\.json \(its name\)/,
    ],
    [
      'JSON as deep as it is long',
      (folder) => writeFileSync(join(folder, 'model.json'), '['.repeat(30_000) + ']'.repeat(30_000)),
      /has no Kith model|wrong in model\.json/,
    ],
    ['JSON that is a number', (folder) => writeFileSync(join(folder, 'model.json'), '1'), /model\.json/],
    ['JSON that is empty', (folder) => writeFileSync(join(folder, 'model.json'), ''), /model\.json is not JSON/],
    [
      'a description of a megabyte',
      (folder) => truncateSync(join(folder, 'model.json'), 2 ** 20),
      /1048576 bytes, more than any/,
    ],
    ['a word twice', vocabulary('the\nthe\n'), /\.txt has a word twice/],
    ['a word too few', vocabulary('the\n'), /\.txt has 1 words, not the 2 of model\.json/],
    ['a word too many', vocabulary('a\nb\nc\n'), /\.txt has 3 words, not the 2/],
    ['an empty word', vocabulary('the\n\n'), /\.txt:2 is not a word in lower-case letters/],
    ['a word with a space', vocabulary('the\na b\n'), /\.txt:2 is not a word/],
    ['a word in capitals', vocabulary('The\nbullish\n'), /\.txt:1 is not a word/],
    ['a word with an escape', vocabulary('\u001b[31m\nbullish\n'), /\.txt:1 is not a word/],
    ['words that are no UTF-8', vocabulary(Buffer.from([0xff, 0x0a, 0x61, 0x0a])), /\.txt:1 is not a word/],
    ['half a last line', vocabulary('the\nbullish'), /\.txt does not end with a line break/],
    [
      'a vocabulary of a gigabyte',
      (folder) => truncateSync(fileOf(folder, 'vocabulary'), 2 ** 30),
      /1073741824 bytes, more than any/,
    ],
    [
      'weights of a terabyte',
      (folder) => truncateSync(fileOf(folder, 'weights'), 2 ** 40),
      /1099511627776 bytes, not the 32/,
    ],
    [
      'a folder as weights',
      (folder) => {
        const file = fileOf(folder, 'weights');
        rmSync(file);
        mkdirSync(file);
      },
      /\.bin is not a plain file|can't be read/,
    ],
    [
      'a pipe as vocabulary',
      (folder) => {
        const file = fileOf(folder, 'vocabulary');
        rmSync(file);
        spawnSync('mkfifo', [file]);
      },
      /\.txt is not a plain file/,
    ],
    [
      'a device as description',
      (folder) => {
        rmSync(join(folder, 'model.json'));
        symlinkSync('/dev/zero', join(folder, 'model.json'));
      },
      /model\.json is not a plain file/,
    ],
    [
      'a link to nowhere',
      (folder) => {
        const file = fileOf(folder, 'weights');
        rmSync(file);
        symlinkSync(join(folder, 'nowhere'), file);
      },
      /holds no weights-\w+\.bin of a model/,
    ],
    [
      'a link to itself',
      (folder) => {
        const file = fileOf(folder, 'weights');
        rmSync(file);
        symlinkSync(file, file);
      },
      /\.bin can't be read/,
    ],
  ])('if it has %s', async (_, tamper, sentence) => {
    const folder = await written();
    tamper(folder);
    const error = await readModel(folder).catch((reason) => reason);
    expect(error).toBeInstanceOf(BadInputError);
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toMatch(/\p{Cc}/u);
    expect(existsSync(folder)).toBe(true);
  });
});
