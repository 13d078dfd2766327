import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { conduct, waves } from '../../src/cli/conduct.ts';
import { EngineError } from '../../src/errors.ts';
import { pipeline } from '../../src/jobs/pipeline.ts';
import type { Report, Step } from '../../src/jobs/step.ts';

const step = (name: string, ...needs: string[]): Step =>
  ({ name, needs, title: `Step ${name}`, work: async () => undefined }) as unknown as Step;
const steps = [
  step('ingest'),
  step('closest', 'ingest'),
  step('reputation', 'ingest'),
  step('recommend', 'closest', 'reputation'),
];

/** Conducts the steps with or without a terminal; gives what was written to standard error, and what was thrown. */
async function conducted(isTerminal: boolean, work: (step: Step, report: Report) => Promise<void>) {
  const { isTTY } = process.stderr;
  let written = '';
  const write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  process.stderr.isTTY = isTerminal;
  try {
    await conduct(steps, work);
    return { written };
  } catch (error) {
    return { written, error };
  } finally {
    process.stderr.isTTY = isTTY;
    write.mockRestore();
  }
}

describe('the waves of steps', () => {
  test('of a run put closest and reputation side by side, and everything else one after the other', () => {
    expect(waves(pipeline).map((wave) => wave.map(({ name }) => name))).toEqual([
      ['ingest'],
      ['closest', 'reputation'],
      ['recommend'],
      ['publish'],
    ]);
  });

  test('take what is needed but not among the steps as done', () => {
    const alone = pipeline.filter(({ name }) => name === 'reputation' || name === 'recommend');
    expect(waves(alone).map((wave) => wave.map(({ name }) => name))).toEqual([['reputation'], ['recommend']]);
  });

  test('are refused when steps wait for each other', () => {
    expect(() => waves([step('closest', 'recommend'), step('recommend', 'closest')])).toThrow(/closest, recommend/);
  });
});

describe.each([
  ['on a terminal', true],
  ['elsewhere', false],
])('steps %s', (_, isTerminal) => {
  test('run in the order of their needs, those of a wave side by side', async () => {
    const events: string[] = [];
    const { error, written } = await conducted(isTerminal, async ({ name }, report) => {
      events.push(`${name} begins`);
      report('half way');
      await sleep(20);
      events.push(`${name} ends`);
    });
    expect(error).toBeUndefined();
    expect(events).toEqual([
      'ingest begins',
      'ingest ends',
      'closest begins',
      'reputation begins',
      'closest ends',
      'reputation ends',
      'recommend begins',
      'recommend ends',
    ]);
    for (const { name, title } of steps) expect(written).toContain(isTerminal ? title : `Z ${name}: done in 0.0 s`);
    expect(written.includes('\u001b')).toBe(isTerminal);
  });

  test('end with the error itself of the one that fails, and none begins after it', async () => {
    const begun: string[] = [];
    const failure = new EngineError('Neo4j is gone.');
    const { error } = await conducted(isTerminal, async ({ name }) => {
      begun.push(name);
      if (name === 'reputation') throw failure;
      await sleep(5);
    });
    expect(error).toBe(failure);
    expect(begun).toEqual(['ingest', 'closest', 'reputation']);
  });
});
