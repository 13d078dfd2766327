import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import type { Seen } from './reading.ts';

/** The process of `reading.ts`, from its start until it is asked what it saw. */
export class Readers implements Disposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(env: Record<string, string>): Promise<Readers> {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(KITH|JEST|NODE)_/.test(name));
    const child = fork(join(projectRoot, 'bench', 'chaos', 'reading.ts'), {
      execArgv: ['--import', 'tsx'],
      env: { ...Object.fromEntries(inherited), ...env },
      cwd: projectRoot,
    });
    await Promise.race([once(child, 'message'), endOf(child)]);
    return new Readers(child);
  }

  /** Ends them, and tells what they saw. */
  async stop(): Promise<Seen> {
    const told = once(this.#child, 'message');
    this.#child.send('stop');
    return (await Promise.race([told, endOf(this.#child)]))[0] as Seen;
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

async function endOf(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`the readers ended by themselves, with ${code}`);
}
