import { jest } from '@jest/globals';
import { showWork } from '../../src/cli/show-work.ts';
import { EngineError } from '../../src/errors.ts';
import type { Watcher } from '../../src/jobs/watcher.ts';

const ingest = { name: 'ingest', title: 'Step ingest' };
const closest = { name: 'closest', title: 'Step closest' };
const reputation = { name: 'reputation', title: 'Step reputation' };

/** Shows work with or without a terminal; gives what was written to standard error, and what was thrown. */
async function shown(isTerminal: boolean, work: (watcher: Watcher) => Promise<void>) {
  const { isTTY } = process.stderr;
  let written = '';
  const write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  process.stderr.isTTY = isTerminal;
  try {
    await showWork(work);
    return { written };
  } catch (error) {
    return { written, error };
  } finally {
    process.stderr.isTTY = isTTY;
    write.mockRestore();
  }
}

describe('work side by side', () => {
  const work = async (watcher: Watcher) => {
    watcher.begins(ingest);
    watcher.ends(ingest, 1.04);
    watcher.begins(closest);
    watcher.begins(reputation);
    watcher.progress(closest, { doing: 'computing', share: 0.5 });
    watcher.ends(reputation, 0);
    watcher.ends(closest, 12);
  };

  test('is a list on a terminal, with how long each took, and the cursor is back at the end', async () => {
    const { written } = await shown(true, work);
    for (const line of ['✔ Step ingest (1.0 s)', '✔ Step closest (12.0 s)', '✔ Step reputation (0.0 s)'])
      expect(written).toContain(line);
    expect(written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(written.lastIndexOf('\u001b[?25l'));
  });

  test('is plain lines elsewhere', async () => {
    const { written } = await shown(false, work);
    const lines = written.split('\n').map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /, ''));
    expect(lines).toEqual([
      'ingest: begins',
      'ingest: done in 1.0 s',
      'closest: begins',
      'reputation: begins',
      'reputation: done in 0.0 s',
      'closest: done in 12.0 s',
      '',
    ]);
  });
});

test.each([
  ['on a terminal', true],
  ['elsewhere', false],
])('an error comes through %s, and the work that failed is marked', async (_, isTerminal) => {
  const failure = new EngineError('Neo4j is gone.');
  const { error, written } = await shown(isTerminal, async (watcher) => {
    watcher.begins(closest);
    watcher.fails(closest);
    throw failure;
  });
  expect(error).toBe(failure);
  expect(written).toContain(isTerminal ? '✖ Step closest' : 'closest: begins');
});
