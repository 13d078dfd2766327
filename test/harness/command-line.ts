import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';

/** Kith without the settings of the checkout's .env. */
const kithProgram = ['--', join(projectRoot, 'bin', 'kith.mjs'), '--env-file', '/dev/null'];

/** How a `kith …` ended. */
export interface EndedCommand {
  /** Null if a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Of the caller's own settings, only what the suites can be run with. */
export const settingsUnderTest: Record<string, string> =
  process.env.KITH_COMPILED === undefined ? {} : { KITH_COMPILED: process.env.KITH_COMPILED };

/** A `kith …` of its own process, as a person's shell starts it, without a terminal. */
export class RunningCommand {
  readonly process: ChildProcess;
  readonly ended: Promise<EndedCommand>;
  #stdout = '';
  #stderr = '';

  constructor(args: string[], env: Record<string, string>) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(KITH|JEST|NODE)_/.test(name));
    this.process = spawn(process.execPath, [...kithProgram, ...args], {
      cwd: tmpdir(),
      env: { ...Object.fromEntries(inherited), ...settingsUnderTest, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.on('data', (text: Buffer) => {
      this.#stdout += text;
    });
    this.process.stderr?.on('data', (text: Buffer) => {
      this.#stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.process.once('error', reject);
      this.process.once('close', (code) => resolve({ code, stdout: this.#stdout, stderr: this.#stderr }));
    });
  }

  /** What it has said on standard error so far. */
  get said(): string {
    return this.#stderr;
  }

  /** What it has printed on standard output so far. */
  get printed(): string {
    return this.#stdout;
  }

  /** Waits until it has said this on standard error; throws if it ends without, or takes too long. */
  async says(text: string, seconds = 600): Promise<void> {
    const end = performance.now() + seconds * 1000;
    let over = false;
    const isOver = () => {
      over = true;
    };
    this.ended.then(isOver, isOver);
    while (!this.#stderr.includes(text)) {
      if (over) throw new Error(`kith ended without saying "${text}":\n${this.#stderr}`);
      if (performance.now() > end) throw new Error(`kith did not say "${text}" within ${seconds} s:\n${this.#stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Sends the signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<EndedCommand> {
    this.process.kill(signal);
    return this.ended;
  }
}

/** Runs `kith …` to its end. */
export function kith(args: string[], env: Record<string, string>): Promise<EndedCommand> {
  return new RunningCommand(args, env).ended;
}
