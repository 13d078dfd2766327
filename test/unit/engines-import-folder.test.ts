import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readSettings } from '../../src/config/settings.ts';
import { importBeside } from '../../src/engines/bulk-import.ts';
import { type EngineHome, homeOf } from '../../src/engines/home.ts';
import { acceptImport, canImport, importFolder, isImportReady, settleImport } from '../../src/engines/import-folder.ts';
import type { HeldLock } from '../../src/engines/lock.ts';
import { BadInputError, BusyError } from '../../src/errors.ts';
import { heldLock } from '../harness/home-lock.ts';

const parts = ['databases/neo4j', 'transactions/neo4j'];
let home: EngineHome;

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
const live = (part: string) => join(home.neo4j, 'data', part, 'store');
const imported = (part: string) => join(importFolder(home), 'data', part, 'store');
const liveTexts = () => parts.map((part) => readFileSync(live(part), 'utf8'));

beforeEach(() => {
  home = homeOf(readSettings({ KITH_HOME: mkdtempSync(join(tmpdir(), 'kith-unit-')) }));
  for (const part of parts) {
    write(live(part), 'old');
    write(imported(part), 'new');
  }
});
afterEach(() => rmSync(home.root, { recursive: true, force: true }));

test('a complete import takes the place of the live database and leaves nothing behind', () => {
  write(join(importFolder(home), 'READY'), '');
  expect(isImportReady(home)).toBe(true);
  acceptImport(home, heldLock);
  settleImport(home, heldLock);
  expect(liveTexts()).toEqual(['new', 'new']);
  expect(existsSync(importFolder(home))).toBe(false);
});

test('an import without its marker is discarded, and the live database stays', () => {
  settleImport(home, heldLock);
  expect(liveTexts()).toEqual(['old', 'old']);
  expect(existsSync(importFolder(home))).toBe(false);
});

test('a move that was killed between removing the old store and renaming the new one is completed', () => {
  write(join(importFolder(home), 'READY'), '');
  acceptImport(home, heldLock);
  rmSync(dirname(live(parts[0] ?? '')), { recursive: true });
  settleImport(home, heldLock);
  expect(liveTexts()).toEqual(['new', 'new']);
});

test('a move that was killed between its two renames is completed', () => {
  write(join(importFolder(home), 'READY'), '');
  acceptImport(home, heldLock);
  rmSync(dirname(live(parts[0] ?? '')), { recursive: true });
  renameSync(dirname(imported(parts[0] ?? '')), dirname(live(parts[0] ?? '')));
  settleImport(home, heldLock);
  expect(liveTexts()).toEqual(['new', 'new']);
});

test('a move whose holder loses the lock stops before its next change, and another completes it', () => {
  write(join(importFolder(home), 'READY'), '');
  acceptImport(home, heldLock);
  const lostAt = (change: number): HeldLock => {
    let left = change;
    return {
      ...heldLock,
      check: () => {
        if (--left < 0) throw new BusyError('lost');
      },
    };
  };
  expect(() => settleImport(home, lostAt(0))).toThrow('lost');
  expect(liveTexts()).toEqual(['old', 'old']);
  for (const change of [1, 2, 3]) expect(() => settleImport(home, lostAt(change))).toThrow('lost');
  settleImport(home, heldLock);
  expect(liveTexts()).toEqual(['new', 'new']);
  expect(existsSync(importFolder(home))).toBe(false);
});

test('a move that was killed after its renames does not touch what it moved', () => {
  write(join(importFolder(home), 'READY'), '');
  acceptImport(home, heldLock);
  for (const part of parts) {
    rmSync(dirname(live(part)), { recursive: true });
    renameSync(dirname(imported(part)), dirname(live(part)));
  }
  settleImport(home, heldLock);
  expect(liveTexts()).toEqual(['new', 'new']);
  expect(existsSync(importFolder(home))).toBe(false);
});

const otherDisk = '/dev/shm';
const hasOtherDisk = existsSync(otherDisk) && statSync(otherDisk).dev !== statSync(tmpdir()).dev;
const withOtherDisk = hasOtherDisk ? describe : describe.skip;

withOtherDisk(`where ${otherDisk} is another disk`, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(otherDisk, 'kith-unit-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('an import takes the place of data that are linked to a folder there', () => {
    rmSync(home.neo4j, { recursive: true });
    mkdirSync(home.neo4j);
    symlinkSync(join(folder, 'data'), join(home.neo4j, 'data'));
    mkdirSync(join(folder, 'data'));
    for (const part of parts) {
      write(live(part), 'old');
      write(imported(part), 'new');
    }
    expect(canImport(home)).toBe(true);
    write(join(importFolder(home), 'READY'), '');
    acceptImport(home, heldLock);
    settleImport(home, heldLock);
    expect(liveTexts()).toEqual(['new', 'new']);
    expect(readdirSync(folder)).toEqual(['data']);
  });

  test('data that are a disk of their own can not be imported to', async () => {
    expect(canImport(home)).toBe(true);
    rmSync(join(home.neo4j, 'data'), { recursive: true });
    symlinkSync(otherDisk, join(home.neo4j, 'data'));
    expect(canImport(home)).toBe(false);
    const settings = readSettings({ KITH_HOME: home.root });
    const importing = importBeside(settings, { nodes: [], relationships: {} });
    await expect(importing).rejects.toThrow(/is a disk of its own: set KITH_LOADER=merge/);
    await expect(importing).rejects.toBeInstanceOf(BadInputError);
  });
});

test('without an import nothing happens', () => {
  rmSync(importFolder(home), { recursive: true });
  settleImport(home, heldLock);
  expect(liveTexts()).toEqual(['old', 'old']);
});
