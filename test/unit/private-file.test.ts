import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOnce, replaceFile } from '../../src/storage/private-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-private-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a private file is created once and replaced whole, and only its owner can read it', () => {
  const file = join(folder, 'secret');
  createOnce(file, 'first');
  createOnce(file, 'second');
  expect(readFileSync(file, 'utf8')).toBe('first');
  replaceFile(file, 'third');
  expect(readFileSync(file, 'utf8')).toBe('third');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['secret']);
});

test('a process of the same number in another container, which is at the same file, keeps its own', () => {
  const file = join(folder, 'secret');
  for (const write of [createOnce, replaceFile]) {
    // That process has linked its draft and was stopped before it removed it.
    const draft = `${file}.${process.pid}.new`;
    writeFileSync(draft, 'of the other');
    rmSync(file, { force: true });
    linkSync(draft, join(folder, 'linked'));
    write(file, 'ours');
    expect([file, draft, join(folder, 'linked')].map((path) => readFileSync(path, 'utf8'))).toEqual([
      'ours',
      'of the other',
      'of the other',
    ]);
    rmSync(join(folder, 'linked'));
  }
});
