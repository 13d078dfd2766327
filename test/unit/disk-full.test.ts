import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, type Settings } from '../../src/config/settings.ts';
import { explainFullDisk, refuseLackOfSpace } from '../../src/engines/free-space.ts';
import { BadInputError, EngineError } from '../../src/errors.ts';
import { spaceNeeded } from '../../src/jobs/space-needed.ts';
import { freeBytes, isNoSpace } from '../../src/storage/disk-full.ts';

describe('a full disk', () => {
  let home: string;
  let settings: Settings;
  const nothing = { home: 0, neo4j: 0, postgres: 0 };

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'kith-unit-'));
    settings = readSettings({ KITH_HOME: join(home, 'not', 'there') });
  });
  afterAll(() => rmSync(home, { recursive: true }));

  test('is recognised, whoever says it', () => {
    for (const code of ['ENOSPC', 'EDQUOT']) expect(isNoSpace(Object.assign(new Error('write'), { code }))).toBe(true);
    expect(isNoSpace(new Error('IO Error: Could not write all bytes: No space left on device'))).toBe(true);
    expect(isNoSpace(new Error('Out of Memory Error: set max_temp_directory_size'))).toBe(true);
    for (const other of [new Error('no'), Object.assign(new Error(), { code: 'EACCES' }), undefined])
      expect(isNoSpace(other)).toBe(false);
  });

  test('is told by its path, as other things that the system refuses, and nothing else is', () => {
    const raw = Object.assign(new Error('write'), { code: 'ENOSPC', path: '/data/x' });
    expect(explainFullDisk(settings, raw)).toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('/data/x is full'),
    });
    const refused = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS', path: '/data/x' });
    expect(explainFullDisk(settings, refused)).toMatchObject({
      exitCode: 4,
      message: "/data/x can't be used (EROFS: read-only file system): use a disk that can be written, then try again.",
    });
    expect(explainFullDisk(settings, Object.assign(new Error('write'), { code: 'EFBIG' }))).toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(
        /^A file at .+ can't grow any more: raise the limit of this process \(`ulimit -f`\)/,
      ),
    });
    for (const other of [new BadInputError('wrong'), new EngineError('lost'), new Error('a bug')])
      expect(explainFullDisk(settings, other)).toBe(other);
  });

  test('is refused before a step, of which the needs on one disk add up', () => {
    const half = Math.ceil(freeBytes(home) * 0.6);
    expect(() => refuseLackOfSpace(settings, 'ingest', nothing)).not.toThrow();
    expect(() => refuseLackOfSpace(settings, 'ingest', { ...nothing, home: half })).not.toThrow();
    const both = { home: half, neo4j: half, postgres: half };
    expect(() => refuseLackOfSpace(settings, 'ingest', both)).toThrow(EngineError);
    expect(() => refuseLackOfSpace({ ...settings, minFreeBytes: 0 }, 'ingest', both)).not.toThrow();
    // Those of servers that settings name are not on our disks.
    const given = {
      ...settings,
      postgresUrl: 'postgres://x',
      neo4j: { uri: 'bolt://x', username: 'n', password: 'p' },
    };
    expect(() => refuseLackOfSpace(given, 'ingest', { home: 0, neo4j: 9 * half, postgres: 9 * half })).not.toThrow();
  });
});

test('what a step needs follows from the last rows, else from the graph', () => {
  const summary = { graph: { users: 1000, activities: 20_000 } };
  const first = spaceNeeded('recommend', { summary });
  const last = { closest: 10_000, recommendations: 1000, reasons: 2000, activities: 20_000 };
  expect(first.postgres).toBeGreaterThan(spaceNeeded('recommend', { summary, last }).postgres);
  expect(spaceNeeded('recommend', { summary, last }).postgres).toBe(3000 * 1.5 * 250);
  // After a run of next to nothing the graph's size counts.
  const tiny = { closest: 1, recommendations: 1, reasons: 1 };
  for (const activities of [10, 20_000, null])
    for (const step of ['closest', 'recommend'] as const)
      expect(spaceNeeded(step, { summary, last: { ...tiny, activities } })).toEqual(spaceNeeded(step, { summary }));
  expect(spaceNeeded('closest', { summary }).postgres).toBe(20_000 * 250);
  expect(spaceNeeded('publish', { summary })).toEqual({ home: 0, neo4j: 0, postgres: 0 });
});
