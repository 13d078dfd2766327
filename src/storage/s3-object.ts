import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadInputError, EngineError, messageOf } from '../errors.ts';
import type { StoredFile } from './folder.ts';
import type { S3 } from './s3-client.ts';
import { changedError, s3Error } from './s3-errors.ts';

/** An object as a listing showed it. */
export interface StoredObject extends StoredFile {
  bucket: string;
  key: string;
  etag: string | undefined;
}

/** Milliseconds before each try to resume a download from which no further byte came. */
const pauses = [250, 1000, 4000];
const bufferedBytes = 256 * 1024;

/**
 * Opens an object for reading. A download that breaks off is resumed at the byte where it broke; destroying the stream
 * ends the request.
 *
 * @throws BadInputError if the object was removed or replaced since it was listed, here or as the stream's error
 * @throws EngineError if S3 can't be reached, or a download not be resumed, likewise
 */
export async function openObject(s3: S3, object: StoredObject): Promise<Readable> {
  const stop = new AbortController();
  const first = await request(s3, object, 0, stop.signal);
  return new ObjectStream(blocksOf(s3, object, first, stop.signal), stop);
}

/**
 * The blocks as a stream. Readable.from would wait for a block that is on its way before it lets itself be destroyed; this one
 * ends the request.
 */
class ObjectStream extends Readable {
  readonly #blocks: AsyncGenerator<Buffer>;
  readonly #stop: AbortController;

  constructor(blocks: AsyncGenerator<Buffer>, stop: AbortController) {
    super({ highWaterMark: bufferedBytes });
    this.#blocks = blocks;
    this.#stop = stop;
  }

  override _read(): void {
    this.#blocks.next().then(
      ({ done, value }) => this.push(done ? null : value),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stop.abort();
    done(error);
  }
}

async function* blocksOf(s3: S3, object: StoredObject, first: Readable, stop: AbortSignal): AsyncGenerator<Buffer> {
  let body: Readable | undefined = first;
  let at = 0;
  for (let failures = 0; ; ) {
    let why: unknown;
    try {
      body ??= await request(s3, object, at, stop);
      for await (const block of body as AsyncIterable<Buffer>) {
        at += block.length;
        failures = 0;
        yield block;
      }
      if (at >= object.size) return;
      why = 'it ended too early';
    } catch (error) {
      if (stop.aborted || error instanceof BadInputError) throw error;
      why = error;
    }
    // Of a checksum that S3 has of the whole object, which the SDK compares at the end.
    if (at >= object.size) throw new EngineError(`${object.path} arrived damaged (${messageOf(why)}); run again.`);
    body = undefined;
    const pause = pauses[failures];
    if (pause === undefined) {
      const reason = why instanceof EngineError ? why.message : `${messageOf(why)}; see that ${s3.server} is well.`;
      throw new EngineError(`${object.path} broke off after ${at} of ${object.size} bytes for good: ${reason}`);
    }
    failures += 1;
    await sleep(pause, undefined, { signal: stop });
  }
}

/** The bytes of an object from one on, if it is still the same object. */
async function request(s3: S3, object: StoredObject, from: number, stop: AbortSignal): Promise<Readable> {
  const { bucket, key, etag, path } = object;
  const command = new s3.sdk.GetObjectCommand({
    Bucket: bucket,
    Key: key,
    IfMatch: etag,
    Range: from > 0 ? `bytes=${from}-` : undefined,
  });
  const answer = await s3.client.send(command, { abortSignal: stop }).catch((error: unknown) => {
    throw s3Error(error, path, s3.server);
  });
  const body = answer.Body as Readable;
  // Whoever reads it is told of an error; one that comes before that should not end the process.
  body.on('error', () => undefined);
  // Not every server knows If-Match and Range; what it sends then would be taken for what was asked for.
  const isOther = etag !== undefined && answer.ETag !== undefined && unquoted(answer.ETag) !== unquoted(etag);
  const isRange = from === 0 || answer.ContentRange?.startsWith(`bytes ${from}-`);
  if (isOther || !isRange) body.destroy();
  if (isOther) throw changedError(path);
  if (!isRange)
    throw new EngineError(`${path} broke off, and ${s3.server} can't send the rest of it alone; run again.`);
  return body;
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}
