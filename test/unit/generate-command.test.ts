import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Command } from 'commander';
import { addGenerateCommand } from '../../src/cli/commands/generate.ts';
import { BadInputError } from '../../src/errors.ts';

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith-generate-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Runs the command and returns what it printed. */
async function kith(...words: string[]): Promise<string> {
  const program = new Command('kith');
  addGenerateCommand(program);
  const print = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await program.parseAsync(['generate', ...words], { from: 'user' });
    return print.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    print.mockRestore();
  }
}

test('prints the as-of and nothing else', async () => {
  const out = join(home, '20240601');
  const printed = await kith('--users', '20', '--activities', '40', '--messages', '7', '--seed', '3', '--out', out);
  expect(printed).toBe('as-of 2024-06-01T00:00:00Z\n');
  expect((await readFile(join(out, 'messages.jsonl'), 'utf8')).split('\n')).toHaveLength(8);
});

test.each([
  ['--users', 'many'],
  ['--users', '1'],
  ['--activities', '-5'],
  ['--messages', '1e6'],
  ['--seed', '0.5'],
])('refuses %s %s', async (option, value) => {
  await expect(kith(option, value, '--out', join(home, 'wrong'))).rejects.toThrow(BadInputError);
});
