import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import type { Progress } from '../progress.ts';

const stagesShape = z.array(z.object({ numTasks: z.number(), numCompleteTasks: z.number() }));

/** How far an application is: its log says which statement is under way, and its REST API how many tasks are done. */
export class TaskProgress {
  readonly #logFile: string;
  readonly #statements: readonly string[];
  #read = 0;
  #rest = '';
  #done = 0;
  #page: string | undefined;
  #id: string | undefined;
  /** Of the statement that was under way when they were asked for. */
  #tasks = { done: -1, all: 0, complete: 0 };
  #isAsking = false;

  /** @param statements their names, in their order */
  constructor(logFile: string, statements: readonly string[]) {
    this.#logFile = logFile;
    this.#statements = statements;
  }

  /** The statement that is under way, or failed; undefined before the first. */
  get statement(): string | undefined {
    return this.#id === undefined ? undefined : this.#statements[this.#done];
  }

  async look(): Promise<Progress> {
    await this.#readLog();
    const { statement } = this;
    if (statement === undefined) return { doing: this.#id === undefined ? 'starting Spark' : 'ending Spark' };
    const doing = `Spark: ${statement} (${this.#done + 1} of ${this.#statements.length})`;
    void this.#askForTasks();
    const { done, all, complete } = this.#tasks;
    if (done !== this.#done || complete === 0) return { doing };
    return { doing, share: complete / all, count: complete, unit: 'tasks' };
  }

  async #askForTasks(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const done = this.#done;
    try {
      const url = `${this.#page}/api/v1/applications/${this.#id}/stages?status=active`;
      const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
      const stages = stagesShape.parse(await response.json());
      this.#tasks = {
        done,
        all: stages.reduce((sum, { numTasks }) => sum + numTasks, 0),
        complete: stages.reduce((sum, { numCompleteTasks }) => sum + numCompleteTasks, 0),
      };
    } catch {
      // It is about to end, or its page can't be reached from here.
    } finally {
      this.#isAsking = false;
    }
  }

  async #readLog(): Promise<void> {
    await using log = await open(this.#logFile, 'r');
    for await (const line of this.#newLines(log)) {
      if (/^Time taken: /.test(line)) this.#done++;
      this.#page ??= /^Spark Web UI available at (http\S+)/.exec(line)?.[1];
      this.#id ??= /^Spark master: .*, Application Id: (\S+)/.exec(line)?.[1];
    }
  }

  async *#newLines(log: FileHandle): AsyncGenerator<string> {
    const chunk = Buffer.alloc(64 * 1024);
    for (;;) {
      const { bytesRead } = await log.read(chunk, 0, chunk.length, this.#read);
      if (bytesRead === 0) return;
      this.#read += bytesRead;
      const lines = (this.#rest + chunk.toString('latin1', 0, bytesRead)).split('\n');
      this.#rest = lines.pop() ?? '';
      yield* lines;
    }
  }
}
