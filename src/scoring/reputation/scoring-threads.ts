import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parentPort, type Worker, workerData } from 'node:worker_threads';
import { InterruptedError } from '../../errors.ts';
import { startThread } from '../../thread.ts';
import { Classifier } from './classifier.ts';
import type { Model } from './model.ts';
import { Vocabulary } from './vocabulary.ts';

/** More threads would only wait: one thread reads the texts that all of them score, in an eighth of the time. */
export const mostThreads = Math.min(8, availableParallelism());

/** A model as threads are given it: a class would arrive without its methods. */
type ThreadModel = Omit<Model, 'vocabulary'> & { words: readonly string[] };

/**
 * Threads that score texts with a model; at their end none of them is left. This file should be imported dynamically:
 * it is then a chunk of its own in the built program, and a thread loads no more than that.
 */
export class ScoringThreads implements AsyncDisposable {
  readonly #threads: Worker[];
  readonly #free: Worker[];
  /** Aborted once nothing may be scored any more: by the signal, or since a thread has failed. */
  readonly #over = new AbortController();
  readonly #letGo: () => void;

  constructor({ vocabulary, ...model }: Model, count: number, signal?: AbortSignal) {
    const given: ThreadModel = { ...model, words: vocabulary.words };
    this.#threads = Array.from({ length: count }, () => startThread(import.meta.url, 'answerTexts', this.#over, given));
    this.#free = [...this.#threads];
    const stop = () => this.#over.abort(new InterruptedError('Scoring was stopped; the scores so far are kept.'));
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    this.#letGo = () => signal?.removeEventListener('abort', stop);
  }

  /**
   * Like Classifier.probabilities, by one of the threads; call it for no more texts at a time than there are threads.
   *
   * @throws InterruptedError once the signal aborts; otherwise the error of a thread that failed
   */
  async probabilities(texts: readonly string[]): Promise<Int32Array> {
    const thread = this.#free.pop();
    if (!thread) throw new Error('every thread is scoring already');
    const { signal } = this.#over;
    try {
      signal.throwIfAborted();
      thread.postMessage(texts);
      const [scores] = await once(thread, 'message', { signal });
      this.#free.push(thread);
      return scores;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#letGo();
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

/** What a thread does: it answers each list of texts with their probabilities, until it is ended. */
export function answerTexts(): void {
  const { words, ...model } = workerData as ThreadModel;
  const classifier = new Classifier({ ...model, vocabulary: new Vocabulary(words) });
  parentPort?.on('message', (texts: string[]) => {
    const scores = classifier.probabilities(texts);
    parentPort?.postMessage(scores, [scores.buffer as ArrayBuffer]);
  });
}
