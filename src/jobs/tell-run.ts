import type { Log } from '../watch/log.ts';
import type { StepName } from './step-name.ts';

type Level = 'info' | 'warn' | 'error';

/** What is logged of a run, whoever does it: a worker, or a command by hand. */
export class RunTeller {
  readonly #logs: readonly Log[];

  constructor(...logs: Log[]) {
    this.#logs = logs;
  }

  stepBegins(run: string, step: StepName): void {
    this.tell('info', { run, step }, 'step begins');
  }

  /** @param outcome such as `done` */
  stepEnded(
    outcome: string,
    level: Level,
    end: { run: string; step: StepName; attempt?: number; seconds: number; rows?: number; why?: string },
  ): void {
    this.tell(level, end, `step ${outcome}`);
  }

  /** @param outcome such as `published` */
  runEnded(outcome: string, end: { run: string; seconds?: number; why?: string }): void {
    this.tell(outcome === 'failed' ? 'error' : 'info', end, `run ${outcome}`);
  }

  tell(level: Level, fields: { run: string | undefined; [field: string]: unknown }, message: string): void {
    for (const log of this.#logs) log[level](fields, message);
  }
}
