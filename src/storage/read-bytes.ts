import type { Readable } from 'node:stream';
import { BadInputError, FolderChangedError, InterruptedError, messageOf } from '../errors.ts';
import type { Folder } from './folder.ts';
import { mostUnpacked, type UnpackLimits, unpack } from './unpack.ts';

export interface ReadBytesOptions {
  limits: UnpackLimits;
  signal?: AbortSignal;
  /** How often the file is gzipped; by default its name says it. */
  gzips?: number;
  /** Called with the number of bytes read, as stored, for showing progress. */
  onBytes?: (bytes: number) => void;
}

/** The most bytes that {@link readBytes} gives for a file. */
export function mostBytesOf(folder: Folder, file: string, limits: UnpackLimits, gzips = gzipsOf(file)): number {
  const size = folder.files().get(file)?.size ?? 0;
  return gzips > 0 ? mostUnpacked(size, limits) : size;
}

/**
 * The bytes of a file, unzipped as often as it was gzipped.
 *
 * @throws BadInputError naming the file if it can't be read, is not a complete gzip file, or unpacks to more than the
 *   limits allow
 * @throws FolderChangedError if a plain file is longer than when the folder was listed
 * @throws InterruptedError once the signal aborts
 */
export async function* readBytes(folder: Folder, file: string, options: ReadBytesOptions): AsyncGenerator<Buffer> {
  const { limits, signal, onBytes, gzips = gzipsOf(file) } = options;
  const { path, size } = folder.files().get(file) ?? { path: `${folder.location}/${file}`, size: 0 };
  let left = mostBytesOf(folder, file, limits, gzips);
  let stored: Readable | undefined;
  let text: Readable | undefined;
  const stop = () => text?.destroy(new InterruptedError('Reading was stopped.'));
  try {
    signal?.addEventListener('abort', stop, { once: true });
    stored = await folder.open(file);
    text = gzips > 0 ? unpack(stored, { path, size }, limits, gzips) : stored;
    stored.on('data', (chunk: Buffer) => onBytes?.(chunk.length));
    if (signal?.aborted) stop();
    for await (const chunk of text as AsyncIterable<Buffer>) {
      left -= chunk.length;
      // Only of a plain file: it is being written to, or has no end.
      if (left < 0)
        throw new FolderChangedError(
          `${path} grows while it is being read: wait until it is complete, then run again.`,
        );
      yield chunk;
    }
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

function gzipsOf(file: string): number {
  return file.endsWith('.gz') ? 1 : 0;
}

/** The first bytes of a file, at most so many, as {@link readBytes} gives them; fewer only if there are no more. */
export async function readHead(
  folder: Folder,
  file: string,
  most: number,
  options: Pick<ReadBytesOptions, 'limits' | 'signal' | 'gzips'>,
): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of readBytes(folder, file, options)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, most), isWhole: size <= most };
}
