import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/config/settings.ts';
import { type EngineHome, homeOf } from '../../src/engines/home.ts';
import { postgresPrograms } from '../../src/engines/postgres-programs.ts';

let place: string;
let home: EngineHome;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'kith-unit-'));
  home = homeOf(readSettings({ KITH_HOME: join(place, 'home') }));
  mkdirSync(home.postgres, { recursive: true });
});
afterEach(() => rmSync(place, { recursive: true }));

/** The package as npm would install it: its program says which version it is. */
function install(version: string): string {
  const folder = join(place, 'package');
  mkdirSync(join(folder, 'native', 'bin'), { recursive: true });
  writeFileSync(join(folder, 'native', 'bin', 'postgres'), version);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }));
  return folder;
}

test("Postgres's programs are used where they are if their user can enter that folder", () => {
  const installed = install('18.4.0');
  expect(postgresPrograms(home, undefined, installed)).toBe(join(installed, 'native', 'bin'));
  expect(readdirSync(home.postgres)).toEqual([]);
});

const testAsRoot = process.getuid?.() === 0 ? test : test.skip;

testAsRoot('they are else copied once for each installed version, and those of another one removed', () => {
  chmodSync(place, 0o700);
  const nobody = { name: 'nobody', uid: 65_534, gid: 65_534 };
  const versionUsed = (installed: string) =>
    readFileSync(join(postgresPrograms(home, nobody, installed), 'postgres'), 'utf8');
  // As an earlier Kith has named them.
  mkdirSync(join(home.postgres, 'programs'));
  mkdirSync(join(home.postgres, 'data'));
  expect(versionUsed(install('18.4.0'))).toBe('18.4.0');
  const changed = join(home.postgres, 'programs-18.4.0', 'bin', 'postgres');
  writeFileSync(changed, 'the same copy');
  expect(versionUsed(install('18.4.0'))).toBe('the same copy');
  expect(versionUsed(install('18.5.0'))).toBe('18.5.0');
  expect(readdirSync(home.postgres).sort()).toEqual(['data', 'programs-18.5.0']);
});
