import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/config/settings.ts';
import { discardBrokenStart, forgetFirstStart, noteFirstStart } from '../../src/engines/first-start.ts';
import { type EngineHome, homeOf } from '../../src/engines/home.ts';
import { acceptImport, importFolder, settleImport } from '../../src/engines/import-folder.ts';
import { heldLock } from '../harness/home-lock.ts';

let home: EngineHome;
beforeEach(() => {
  home = homeOf(readSettings({ KITH_HOME: mkdtempSync(join(tmpdir(), 'kith-first-start-')) }));
  mkdirSync(home.neo4j);
});
afterEach(() => rmSync(home.root, { recursive: true, force: true }));

/** Puts a file of Neo4j's there, below its data folder or the import's. */
function put(path: string, from = home.neo4j): string {
  const file = join(from, 'data', path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '');
  return file;
}

test('whatever a start created that never answered is removed before the next one', () => {
  noteFirstStart(home);
  const made = ['databases/system/neostore', 'transactions/system/log', 'databases/neo4j/neostore'].map((f) => put(f));
  noteFirstStart(home);
  expect(made.filter((file) => existsSync(file))).toEqual([]);
});

const testAsRoot = process.getuid?.() === 0 ? test : test.skip;

testAsRoot('root follows no link that Neo4j may have put in its data', () => {
  const elsewhere = join(home.root, 'elsewhere');
  mkdirSync(join(elsewhere, 'neo4j'), { recursive: true });
  noteFirstStart(home);
  mkdirSync(join(home.neo4j, 'data'));
  symlinkSync(elsewhere, join(home.neo4j, 'data', 'databases'));
  expect(() => noteFirstStart(home)).toThrow(/data\/databases is a link, which Kith does not follow as root/);
  expect(existsSync(join(elsewhere, 'neo4j'))).toBe(true);
});

test.each(['', '["system', '"neo4j"', '["../../elsewhere"]', '["neo4j", "../../elsewhere"]'])(
  'of a note that is damaged (%j) nothing is removed, and the next start has its own',
  (damaged) => {
    const kept = put('databases/neo4j/neostore');
    const elsewhere = join(home.root, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(home.neo4j, 'first-start.json'), damaged);
    noteFirstStart(home);
    expect([existsSync(kept), existsSync(elsewhere)]).toEqual([true, true]);
    const made = put('databases/system/neostore');
    noteFirstStart(home);
    expect([existsSync(kept), existsSync(made)]).toEqual([true, false]);
  },
);

test('what existed before, or has answered, stays', () => {
  const imported = put('databases/neo4j/neostore');
  noteFirstStart(home);
  const system = put('databases/system/neostore');
  noteFirstStart(home);
  expect([existsSync(imported), existsSync(system)]).toEqual([true, false]);
  put('databases/system/neostore');
  forgetFirstStart(home);
  noteFirstStart(home);
  discardBrokenStart(home);
  expect([existsSync(imported), existsSync(system)]).toEqual([true, true]);
});

test('a bulk import that replaces what a failed start created stays', () => {
  noteFirstStart(home);
  const broken = put('databases/neo4j/broken');
  put('databases/neo4j/neostore', importFolder(home));
  put('transactions/neo4j/log', importFolder(home));
  writeFileSync(join(importFolder(home), 'READY'), '');
  acceptImport(home, heldLock);
  settleImport(home, heldLock);
  noteFirstStart(home);
  noteFirstStart(home);
  const data = join(home.neo4j, 'data');
  expect(existsSync(broken)).toBe(false);
  expect(['databases/neo4j/neostore', 'transactions/neo4j/log'].map((file) => existsSync(join(data, file)))).toEqual([
    true,
    true,
  ]);
});
