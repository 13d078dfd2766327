import { on } from 'node:events';
import { parentPort, type Worker } from 'node:worker_threads';
import { startThread } from '../thread.ts';
import { type ActivityRows, parseActivities } from './activity-rows.ts';
import type { RowType } from './activity-type.ts';
import { plainTable, type TableForm } from './file-form.ts';
import { kindOfRows } from './file-kinds.ts';

/** Staging takes a third of what parsing does: more threads would wait for it. */
const threads = 2;

/** How many blocks may be under way, so that no thread waits for one. */
export const mostParsing = 3 * threads;

interface Task {
  block: Uint8Array;
  type: RowType;
  latest: number;
  form: TableForm;
}

interface ParsingThread {
  thread: Worker;
  /** In the order of the tasks. */
  answers: AsyncIterator<[ActivityRows]>;
}

/**
 * Threads that parse by turns, so that reading and staging go on meanwhile. This file should be imported dynamically,
 * see {@link startThread}.
 */
export class ParsingThreads implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #threads: ParsingThread[];
  #turn = 0;

  constructor() {
    const { signal } = this.#over;
    this.#threads = Array.from({ length: threads }, () => {
      const thread = startThread(import.meta.url, 'answerBlocks', this.#over);
      return { thread, answers: on(thread, 'message', { signal }) as AsyncIterator<[ActivityRows]> };
    });
  }

  /**
   * Like parseActivities.
   *
   * @throws the error of a thread that failed
   */
  async parse(
    block: Buffer,
    type: RowType,
    latest: number,
    form = plainTable(kindOfRows(type)),
  ): Promise<ActivityRows> {
    const { signal } = this.#over;
    const { thread, answers } = this.#threads[this.#turn++ % threads] as ParsingThread;
    try {
      signal.throwIfAborted();
      thread.postMessage({ block, type, latest, form } satisfies Task);
      const { value } = await answers.next();
      const [rows] = value;
      // A Buffer arrives as the array that it is made of.
      for (const reject of rows.rejects) reject.bytes = bufferOf(reject.bytes);
      return rows;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map(({ thread }) => thread.terminate()));
  }
}

/** What a thread does: it answers each block with its rows, in order, until it is ended. */
export function answerBlocks(): void {
  parentPort?.on('message', ({ block, type, latest, form }: Task) => {
    const rows = parseActivities(bufferOf(block), type, latest, form);
    const columns = [rows.users, rows.engaged, rows.messages, rows.instants];
    parentPort?.postMessage(
      rows,
      columns.map(({ buffer }) => buffer as ArrayBuffer),
    );
  });
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
