/** Kith's own files, where the system does not let it write them. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { status } from '../../src/engines/stack.ts';
import { type EndedCommand, kith } from '../harness/command-line.ts';
import type { TestNetwork } from '../harness/network.ts';
import { mayMount, SmallDisk } from '../harness/small-disk.ts';
import { CommandLineNetwork, dense, expected } from './dense-day.ts';

let scene: CommandLineNetwork;
let network: TestNetwork;
let input: string;
beforeAll(async () => {
  scene = await CommandLineNetwork.open();
  network = scene.network;
  input = scene.written(dense);
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
});

function expectTold({ code, stdout, stderr }: EndedCommand, sentence: RegExp): void {
  const errors = stderr.split('\n').filter((line) => line !== '' && !/^\S+Z \w+: /.test(line));
  expect({ code, stdout, errors }).toEqual({ code: 4, stdout: '', errors: [expect.stringMatching(/^kith: .+\.$/)] });
  expect(errors[0]).toMatch(sentence);
}

/** What any user may ask of the system, unlike a full disk: no file of this process may be larger than 8 KiB. */
function kithWithLimit(args: string[]): Promise<EndedCommand> {
  const program = [process.execPath, join(projectRoot, 'bin', 'kith.mjs'), '--env-file', '/dev/null', ...args];
  const child = spawn('/bin/sh', ['-c', 'ulimit -f 16; exec "$@"', 'sh', ...program], {
    env: { PATH: process.env.PATH, ...scene.env },
  });
  const ended: EndedCommand = { code: null, stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (text: Buffer) => {
      ended[stream] += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}

test('a limit on the size of files is told as one, the tables stay, and without it the same command succeeds', async () => {
  const tooLarge = /can't grow any more: raise the limit of this process \(`ulimit -f`\)/;
  const out = join(mkdtempSync(join(network.settings.home, 'out-')), '20240601');
  const generating = ['generate', '--users', '100', '--activities', '5000', '--messages', '0', '--out', out];
  expectTold(await kithWithLimit(generating), tooLarge);
  const before = await network.tables();
  expectTold(await kithWithLimit(['run', '--input', input]), tooLarge);
  expect(await network.tables()).toEqual(before);
  expect(await scene.kith('run', '--input', input)).toMatchObject({ code: 0 });
  expect(await network.tables()).toEqual(expected);
});

const withMounts = mayMount() ? describe : describe.skip;

withMounts('on a disk that is read-only (skipped where file systems can not be mounted)', () => {
  let disk: SmallDisk;
  let home: string;
  beforeAll(async () => {
    disk = new SmallDisk(mkdtempSync(join(network.settings.home, 'read-only-')), 2 ** 30);
    home = join(disk.folder, 'home');
    mkdirSync(home);
    disk.close();
  });
  afterAll(() => {
    disk?.[Symbol.dispose]();
    rmSync(disk.folder, { recursive: true });
  });

  test.each([
    ['run', () => ['run', '--input', input]],
    ['up', () => ['up']],
    ['worker', () => ['worker']],
    ['training', () => ['reputation', 'train', '--input', input, '--model', join(network.settings.home, 'model')]],
  ] as const)('kith %s says so', async (_, args) => {
    expectTold(await kith(args(), { KITH_HOME: home }), /EROFS: read-only file system/);
    expectTold(await kith(args(), { KITH_HOME: join(home, 'new') }), /EROFS: read-only file system/);
  });

  test('a run on servers of your own says so, too', async () => {
    const { neo4j, postgres } = await status(network.settings);
    const given = {
      KITH_HOME: home,
      KITH_NEO4J_URI: neo4j.uri ?? '',
      KITH_NEO4J_PASSWORD: neo4j.password ?? '',
      KITH_POSTGRES_URL: postgres.url ?? '',
    };
    const before = await network.tables();
    expectTold(await kith(['run', '--input', input], given), /EROFS: read-only file system/);
    expect(await network.tables()).toEqual(before);
  });
});
