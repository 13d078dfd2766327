import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RejectsFile } from '../../src/ingest/rejects.ts';
import { DuckDbFile } from '../../src/storage/duckdb-file.ts';
import { makeFolders } from '../../src/storage/make-folders.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-unit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('creates what is missing, with its mode, and nothing else', () => {
  mkdirSync(join(folder, 'one'));
  const [two, three] = [join(folder, 'one', 'two'), join(folder, 'one', 'two', 'three')];
  expect(makeFolders(three, 0o700)).toEqual([two, three]);
  expect([two, three].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700]);
  expect(makeFolders(three)).toEqual([]);
});

test('fails below a file', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolders(join(folder, 'file', 'one'))).toThrow(/ENOTDIR|EEXIST/);
});

const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux('fails at once where no folder can be created, and so does what is written there', async () => {
  const nowhere = '/proc/kith/one/two';
  expect(() => makeFolders(nowhere)).toThrow('ENOENT');
  await expect(DuckDbFile.open(join(nowhere, 'messages.duckdb'))).rejects.toThrow('ENOENT');
  await expect(RejectsFile.create(join(nowhere, 'rejects.csv'))).rejects.toThrow('ENOENT');
});
