import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineFailed, homeError, reasonIn, tailOf } from '../../src/engines/failure.ts';
import { importFailed, progressIn } from '../../src/engines/import-log.ts';
import { BrokenStoreError, EngineError } from '../../src/errors.ts';

describe('the reason in a log', () => {
  test('is a full disk, whichever engine reports it', () => {
    const postgres = '2026-01-01 UTC [7] FATAL:  could not write lock file "postmaster.pid": No space left on device\n';
    const neo4j =
      'java.io.IOException: No space left on device\n\tat x.Y.z(Y.java:1)\nFAILED No space left on device\n';
    for (const log of [postgres, neo4j]) expect(reasonIn(log)).toEqual({ kind: 'full', text: 'its disk is full' });
  });

  test('is a port in use', () => {
    const postgres =
      'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use\nFATAL:  could not create any TCP/IP sockets\n';
    expect(reasonIn(postgres).kind).toBe('port');
    expect(reasonIn('FAILED Address already in use: /127.0.0.1:7687\n').kind).toBe('port');
  });

  test('is the last thing that the engine called fatal, without its stack trace', () => {
    const log = 'LOG:  starting\nFATAL:  first\nFATAL:  data directory "d" has wrong ownership.\nHINT:  something\n';
    expect(reasonIn(log)).toEqual({ kind: 'other', text: 'data directory "d" has wrong ownership' });
    expect(reasonIn('java.lang.X: y\n\tat a.b(c)\nFAILED database neo4j is broken\n').text).toBe(
      'database neo4j is broken',
    );
  });

  test('is missing when the engine was killed', () => {
    expect(engineFailed('Neo4j', reasonIn('READY\n'), 'l.log').message).toBe(
      'Neo4j ended while it was starting (it gave no reason): its log has the details (l.log).',
    );
  });
});

describe('an error of the home', () => {
  test('says that the disk is full', () => {
    const error = homeError({ root: 'h' }, Object.assign(new Error('write'), { code: 'ENOSPC' }));
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toHaveProperty('message', 'The disk that holds h is full: free some space and try again.');
  });

  test('is returned unchanged if it is something else', () => {
    const error = new Error('a fault');
    expect(homeError({ root: 'h' }, error)).toBe(error);
  });
});

test('the tail of a log is no longer than asked, and a missing log is empty', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-unit-'));
  try {
    const file = join(folder, 'log');
    writeFileSync(file, 'old start\nnew start\n');
    expect(tailOf(file, 1000, 'old start\n'.length)).toBe('new start\n');
    expect(tailOf(file, 6)).toBe('start\n');
    expect(tailOf(file, 1000, 5000)).toBe('');
    expect(tailOf(join(folder, 'none'))).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("the importer's output", () => {
  const output = `Nodes, started 2026-11-23 05:16:41.000+0000
[*Nodes:0B/s 1.004GiB-----]20.0K ∆20.0K
Done in 1s 113ms
Relationships, started 2026-11-23 05:16:42.463+0000
[*Relationships:0B/s 1.004GiB-----]    0 ∆    0[*Relationships:0B/s 1.004GiB-----] 100K ∆ 100K`;
  test('gives its stage, its percentage and, once it can be estimated, the time left', () => {
    expect(progressIn(output, 1_000_000, 3)).toBe('Relationships 10 %');
    const later = `${output}[*Relationships:0B/s-----]1.0M ∆ 900K\nDone in 5s\nNode Degrees, started 2026-11-23 05:16:51.463+0000\n`;
    // Of the work 49 % are done after 49 seconds.
    expect(progressIn(later, 1_000_000, 49)).toBe('Node Degrees 0 %, about 51 s left');
    const warned =
      'WARNING: heap size 910.5MiB may be too small. Suggested heap size is 1.000GiBNodes, started 2026-11-23';
    expect(progressIn(warned, 10, 1)).toBe('Nodes 0 %');
    expect(progressIn('starting', 1_000_000, 1)).toBeUndefined();
  });

  test('gives the row, the innermost reason and where the details are', () => {
    const failed = `org.neo4j.cli.CommandFailedException: Error importing csv file.
\tat a.b(C.java:1)
Caused by: org.neo4j.importer.FileImporter$CsvImportException: ERROR in input
  data source: BufferedCharSeeker[source:day/bad.csv, position:6, line:4]
Caused by: java.lang.NumberFormatException: Not an integer: "abc"
\t... 24 more
`;
    expect(importFailed(failed, 'h', 'o.log', 'r.log').message).toBe(
      'Neo4j\'s importer failed near line 5 of day/bad.csv (Not an integer: "abc"): see its report r.log and its output o.log.',
    );
    expect(importFailed('x: No space left on device', 'h', 'o', 'r').message).toContain(
      'The disk that holds h is full',
    );
  });
});

test("a store that can't be opened is told with what to do, and is not mistaken for a full disk", () => {
  const log = "x\nFAILED the database neo4j can't be opened: Failure to read transaction log file number 0.\n";
  const reason = reasonIn(log);
  expect(reason).toEqual({ kind: 'store', text: 'Failure to read transaction log file number 0' });
  const error = engineFailed('Neo4j', reason, 'l.log');
  expect(error).toBeInstanceOf(BrokenStoreError);
  expect(error.message).toMatch(/^Neo4j can't open its store \(Failure .+`kith rebuild`.+l\.log\.$/);
  const postgres = reasonIn('FATAL:  could not open file "global/pg_control": No such file or directory\n');
  expect(engineFailed('Postgres', postgres, 'p.log')).toBeInstanceOf(BrokenStoreError);
  for (const whole of ['Permission denied', 'Too many open files', 'Cannot allocate memory']) {
    const told = engineFailed('Postgres', reasonIn(`FATAL:  could not open file "global/pg_control": ${whole}\n`), 'l');
    expect(told).not.toBeInstanceOf(BrokenStoreError);
    expect(told.message).toContain(whole);
  }
  const missing =
    'postgres: could not find the database system\nExpected it in the directory "d",\nbut could not open file "d/pg_control": ';
  for (const [why, isBroken] of [
    ['Permission denied', false],
    ['No such file or directory', true],
  ] as const)
    expect(engineFailed('Postgres', reasonIn(`${missing}${why}\n`), 'l') instanceof BrokenStoreError).toBe(isBroken);
  for (const thrown of [
    'java.nio.file.AccessDeniedException: /h/neo4j/data/databases/neo4j/neostore',
    'java.nio.file.FileSystemException: /h/neo4j/data/databases/neo4j/neostore: Too many open files',
    'org.neo4j.kernel.internal.locker.FileLockException: Lock file has been locked by another process: /h/x',
    'java.lang.OutOfMemoryError: Java heap space',
  ]) {
    const whole = `x.LifecycleException: y\n\tat a.b(c)\nCaused by: ${thrown}\n\tat a.b(c)\nFAILED the database neo4j can't be opened: ${thrown.replace(/^\S+ /, '')}\n`;
    const told = engineFailed('Neo4j', reasonIn(whole), 'l');
    expect(told).not.toBeInstanceOf(BrokenStoreError);
    expect(told.message).toContain(thrown.replace(/^\S+ /, ''));
  }
  const locked = reasonIn('FATAL:  data directory "d" has wrong ownership\n');
  expect(engineFailed('Postgres', locked, 'p.log')).not.toBeInstanceOf(BrokenStoreError);
});
