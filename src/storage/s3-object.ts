import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadInputError, EngineError, messageOf } from '../errors.ts';
import { count, several } from '../figures.ts';
import type { StoredFile } from './folder.ts';
import type { S3 } from './s3-client.ts';
import { changedError, s3Error } from './s3-errors.ts';

/** An object as it was listed. */
export interface StoredObject extends StoredFile {
  bucket: string;
  key: string;
  etag: string | undefined;
}

/** Milliseconds before each attempt to resume a download that made no progress. */
const pauses = [250, 1000, 4000];
const bufferedBytes = 256 * 1024;

/**
 * Opens an object for reading. An interrupted download is resumed where it stopped; destroying the stream
 * ends the request.
 *
 * @throws BadInputError if the object was removed or replaced since it was listed, here or as the stream's error
 * @throws EngineError if S3 can't be reached, or a download can't be resumed, likewise
 */
export async function openObject(s3: S3, object: StoredObject): Promise<Readable> {
  const stop = new AbortController();
  const first = await request(s3, object, 0, stop.signal);
  return new ObjectStream(blocksOf(s3, object, first, stop.signal), stop);
}

/**
 * The blocks as a stream. Readable.from can't be destroyed before a pending block has arrived; this one
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
    // The SDK compares S3's checksum of the whole object at the end.
    if (at >= object.size) throw new EngineError(`${object.path} arrived damaged (${messageOf(why)}); run again.`);
    body = undefined;
    const pause = pauses[failures];
    if (pause === undefined) {
      const reason = why instanceof EngineError ? why.message : `${messageOf(why)}; check the health of ${s3.server}.`;
      throw new EngineError(
        `${object.path} stopped for good after ${count(at)} of ${several(object.size, 'byte')}: ${reason}`,
      );
    }
    failures += 1;
    await sleep(pause, undefined, { signal: stop });
  }
}

/** The bytes of an object from an offset on, if it is still the same object. */
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
  // The reader gets any error; one that comes before anybody reads must not end the process.
  body.on('error', () => undefined);
  // Not every server supports If-Match and Range; its answer must not be taken for the requested part.
  const isOther = etag !== undefined && answer.ETag !== undefined && unquoted(answer.ETag) !== unquoted(etag);
  const isRange = from === 0 || answer.ContentRange?.startsWith(`bytes ${from}-`);
  if (isOther || !isRange) body.destroy();
  if (isOther) throw changedError(path);
  if (!isRange) throw new EngineError(`${path} was interrupted, and ${s3.server} can't send only the rest; run again.`);
  return body;
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}
