import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../src/config/project.ts';
import { RunningCommand } from '../harness/command-line.ts';
import { type Held, heldInGraph, heldInPostgres, heldNextTable } from '../harness/held-locks.ts';
import type { TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';
import type { Activity, Network } from '../oracle/network.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { CommandLineNetwork, day, dense, expected, nothing, options } from './dense-day.ts';

let scene: CommandLineNetwork;
let network: TestNetwork;
let env: Record<string, string>;
beforeAll(async () => {
  scene = await CommandLineNetwork.open();
  ({ network, env } = scene);
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
});

describe('kith stopped in the middle', () => {
  const later = options.asOf + day;
  const more: Activity = { type: 'like', user: 5, engaged: 22, message: 77n, at: options.asOf + 10 };
  const extended: Network = { ...dense, activities: [...dense.activities, more] };
  const { dropped: _, ...afterwards } = expectedTables(extended, { ...options, asOf: later });

  /** What holds a run up in its step. */
  const holdUps: Record<string, () => Promise<Held>> = {
    ingest: () => heldInGraph(network.stack, 'MATCH (u:User) SET u.held = true'),
    closest: () => heldNextTable(network.stack, 'closest_connections'),
    recommend: () => heldNextTable(network.stack, 'recommendations'),
    publish: () => heldInPostgres(network.stack, 'SELECT FROM graph_recs.closest_connections LIMIT 1'),
  };

  test.each(Object.keys(holdUps))(
    'in its step %s leaves the tables as they were, and the next run succeeds',
    async (step) => {
      await network.reset();
      await network.run({ input: scene.written(dense) });
      expect(await network.tables()).toEqual(expected);
      const input = scene.written(extended, later);
      for (const signal of ['SIGINT', 'SIGKILL'] as const) {
        const held = await holdUps[step]?.();
        try {
          const run = new RunningCommand(['run', '--input', input], env);
          await run.says(`${step}: begins`);
          await held?.awaited();
          expect(run.process.exitCode).toBeNull();
          const { code, stderr } = await run.end(signal);
          expect({ code, stderr }).toMatchObject({ code: signal === 'SIGINT' ? 130 : null });
          expect(stderr).not.toMatch(/ at .*:\d+:\d+/);
          expect(await network.tables()).toEqual(expected);
        } finally {
          await held?.[Symbol.asyncDispose]();
        }
      }
      expect(await scene.kith('run', '--input', input)).toMatchObject({ code: 0 });
      expect(await network.tables()).toEqual(afterwards);
      const runs = join(network.settings.home, 'runs');
      expect(readdirSync(runs).filter((run) => existsSync(join(runs, run, 'work')))).toEqual([]);
    },
  );

  const onTerminal = spawnSync('script', ['--version']).status === 0 ? test : test.skip;
  onTerminal('by Ctrl-C on a terminal ends as cleanly, with the cursor back', async () => {
    await network.reset();
    await network.run({ input: scene.written(dense) });
    const held = await holdUps.publish?.();
    try {
      // What is on the terminal is script's output; standard output is not, so that it shows what goes there.
      const output = join(network.settings.home, 'stdout.txt');
      const program = join(projectRoot, 'bin', 'kith.mjs');
      const command = `exec ${process.execPath} ${program} run --input ${scene.written(extended, later)} > ${output}`;
      const terminal = spawn('script', ['-qec', `stty cols 120 rows 40; ${command}`, '/dev/null'], {
        env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
      });
      let screen = '';
      terminal.stdout.on('data', (text: Buffer) => {
        screen += text;
      });
      const ended = new Promise<number | null>((resolve) => terminal.once('close', resolve));
      await until('the publish to wait for the reader', () => screen.includes('waiting for '));
      await sleep(500);
      terminal.stdin.write('\u0003');
      expect(await ended).toBe(130);
      expect(screen).toContain('kith: Stopped; ');
      expect(screen.lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.lastIndexOf('\u001b[?25l'));
      expect(readFileSync(output, 'utf8')).toBe('');
      expect(await network.tables()).toEqual(expected);
    } finally {
      await held?.[Symbol.asyncDispose]();
    }
  });

  test('by kill -9 at any moment leaves one complete run in the tables, and the next run succeeds', async () => {
    await network.reset();
    const input = scene.written(extended, later);
    for (const milliseconds of [2_000, 2_700, 3_400]) {
      const run = new RunningCommand(['run', '--input', input], env);
      await sleep(milliseconds);
      await run.end('SIGKILL');
      const tables = await network.tables();
      expect([nothing, afterwards]).toContainEqual(tables);
    }
    expect(await scene.kith('run', '--input', input)).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(afterwards);
  });
});
