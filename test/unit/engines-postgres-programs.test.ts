import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/config/settings.ts';
import { type EngineHome, homeOf } from '../../src/engines/home.ts';
import { postgresPrograms } from '../../src/engines/postgres-programs.ts';
import { EngineError } from '../../src/errors.ts';
import { mayMount, SmallDisk } from '../harness/small-disk.ts';

let place: string;
let home: EngineHome;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'kith-unit-'));
  home = homeOf(readSettings({ KITH_HOME: join(place, 'home') }));
  chmodSync(place, 0o711);
  mkdirSync(home.postgres, { recursive: true });
});
afterEach(() => rmSync(place, { recursive: true }));

/** The package as npm would install it: its program says which version it is. */
function install(version: string): string {
  const folder = join(place, 'package');
  mkdirSync(join(folder, 'native', 'bin'), { recursive: true });
  chmodSync(folder, 0o700);
  writeFileSync(join(folder, 'native', 'bin', 'postgres'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }));
  return folder;
}

test("Postgres's programs are used where they are if their user can enter that folder", () => {
  const installed = install('18.4.0');
  expect(postgresPrograms(home, undefined, installed)).toBe(join(installed, 'native', 'bin'));
  expect(readdirSync(home.postgres)).toEqual([]);
});

const nobody = { name: 'nobody', uid: 65_534, gid: 65_534 };
const testAsRoot = process.getuid?.() === 0 ? test : test.skip;

testAsRoot('they are else copied once for each installed version, and those of another one removed', () => {
  const versionUsed = (installed: string) =>
    execFileSync(join(postgresPrograms(home, nobody, installed), 'postgres'), { encoding: 'utf8' }).trim();
  // As an earlier Kith has named them.
  mkdirSync(join(home.postgres, 'programs'));
  mkdirSync(join(home.postgres, 'data'));
  expect(versionUsed(install('18.4.0'))).toBe('18.4.0');
  writeFileSync(join(home.postgres, 'programs-18.4.0', 'bin', 'postgres'), '#!/bin/sh\necho the same copy\n');
  expect(versionUsed(install('18.4.0'))).toBe('the same copy');
  expect(versionUsed(install('18.5.0'))).toBe('18.5.0');
  expect(readdirSync(home.postgres).sort()).toEqual(['data', 'programs-18.5.0']);
});

const testMounted = mayMount() ? test : test.skip;

testMounted('a copy on a disk that is mounted noexec can not be run, which is said', () => {
  const installed = install('18.4.0');
  using _ = new SmallDisk(home.postgres, 2 ** 20, ['noexec']);
  expect(() => postgresPrograms(home, nobody, installed)).toThrow(/can't be run in .+noexec\?\): set KITH_HOME to/);
  expect(() => postgresPrograms(home, nobody, installed)).toThrow(EngineError);
  expect(postgresPrograms(home, undefined, installed)).toBe(join(installed, 'native', 'bin'));
});
