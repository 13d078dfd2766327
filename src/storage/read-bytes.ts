import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BadInputError, InterruptedError, messageOf } from '../errors.ts';
import type { Folder } from './folder.ts';

const blockBytes = 256 * 1024;

/**
 * The bytes of a file, unzipped if its name ends in `.gz`.
 * `onBytes` is called with the number of bytes read, as stored, for showing progress.
 *
 * @throws BadInputError naming the file if it can't be read, or is not a complete gzip file
 * @throws InterruptedError once the signal aborts
 */
export async function* readBytes(
  folder: Folder,
  file: string,
  options: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
): AsyncGenerator<Buffer> {
  const { signal, onBytes } = options;
  const path = folder.files().get(file)?.path ?? `${folder.location}/${file}`;
  let stored: Readable | undefined;
  let text: Readable | undefined;
  const stop = () => text?.destroy(new InterruptedError('Reading was stopped.'));
  try {
    signal?.addEventListener('abort', stop, { once: true });
    stored = await folder.open(file);
    text = file.endsWith('.gz') ? pipeline(stored, createGunzip({ chunkSize: blockBytes }), () => {}) : stored;
    stored.on('data', (chunk: Buffer) => onBytes?.(chunk.length));
    if (signal?.aborted) stop();
    for await (const chunk of text) yield chunk as Buffer;
  } catch (error) {
    if (signal?.aborted) throw new InterruptedError('Reading was stopped.');
    const code = String((error as NodeJS.ErrnoException).code);
    if (code.startsWith('Z_'))
      throw new BadInputError(`${path} is cut off, damaged or not gzip (${messageOf(error)}); nothing of it was used.`);
    // An error thrown by the consumer is not a fault of the file.
    if (error instanceof Error && (error as NodeJS.ErrnoException).syscall)
      throw new BadInputError(`${path} can't be read: ${messageOf(error)}.`);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    text?.destroy();
    stored?.destroy();
  }
}
