import { Worker } from 'node:worker_threads';

/**
 * Starts a thread that calls a function which a file of these sources exports, whatever the file is called in the built
 * program.
 *
 * @param url the file's `import.meta.url`. It should be imported dynamically: it is then a chunk of its own in the built
 *   program, and the thread loads no more than that
 * @param over aborted with the reason once the thread fails or ends
 * @param workerData copied to the thread, so classes arrive without their methods
 */
export function startThread(url: string, name: string, over: AbortController, workerData?: unknown): Worker {
  const load = (module: string) => `await import(${JSON.stringify(module)})`;
  // Where the sources are run as they are, a thread can't read TypeScript by itself.
  const reader = url.endsWith('.ts') ? `(${load(import.meta.resolve('tsx/esm/api'))}).register();` : '';
  const code = `(async () => { ${reader} (${load(url)}).${name}(); })();`;
  const thread = new Worker(code, { eval: true, workerData, execArgv: [] });
  thread.on('error', (error) => over.abort(error));
  thread.on('exit', () => over.abort(new Error(`A thread that calls ${name} has ended.`)));
  return thread;
}
