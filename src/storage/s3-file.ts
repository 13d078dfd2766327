import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../config/settings.ts';
import { BadInputError, InterruptedError } from '../errors.ts';
import { type S3Location, s3Location } from './location.ts';
import { connectS3, type S3 } from './s3-client.ts';
import { s3Error } from './s3-errors.ts';
import { openObject } from './s3-object.ts';

/** The smallest that S3 allows, to save memory; with 10,000 parts an object may have 50 GB. */
const partBytes = 5 * 1024 * 1024;
const partsAtOnce = 2;

/**
 * Writes an object completely or not at all. Whether it can be written is checked before the first block is requested.
 *
 * @throws BadInputError if it can't be an object, or the bucket or the keys are wrong
 * @throws EngineError if S3 can't be reached, InterruptedError once the signal aborts
 */
export async function writeS3File(
  location: string,
  blocks: AsyncIterable<Buffer>,
  settings?: S3Settings,
  signal?: AbortSignal,
): Promise<void> {
  const { bucket, key } = objectLocation(location);
  const s3 = await connectS3(settings);
  const { Upload } = await import('@aws-sdk/lib-storage');
  let thrown: { error: unknown } | undefined;
  const body = Readable.from(
    remembering(blocks, (error) => {
      thrown = { error };
    }),
    { objectMode: false },
  );
  try {
    await refuseFolder(s3, { bucket, key }, location);
    endRequests(s3.client, signal);
    const params = { Bucket: bucket, Key: key, Body: body };
    await new Upload({ client: s3.client, params, partSize: partBytes, queueSize: partsAtOnce }).done();
  } catch (error) {
    // Aborting the upload may fail too, and would hide the first error.
    if (thrown) throw thrown.error;
    if (signal?.aborted) throw new InterruptedError('Writing was stopped.');
    throw s3Error(error, location, s3.server);
  } finally {
    body.destroy();
    // Parts may still be on their way if others failed.
    s3.client.destroy();
  }
}

/**
 * Checks whether an object can be written there, without writing anything.
 *
 * @throws as {@link writeS3File}
 */
export async function refuseS3File(location: string, settings?: S3Settings): Promise<void> {
  const { bucket, key } = objectLocation(location);
  const s3 = await connectS3(settings);
  try {
    await refuseFolder(s3, { bucket, key }, location);
  } catch (error) {
    throw s3Error(error, location, s3.server);
  }
}

/**
 * Opens one object for reading; undefined if there is none.
 *
 * @throws BadInputError if the bucket or the keys are wrong
 * @throws EngineError if S3 can't be reached, here or as the stream's error
 */
export async function openS3File(
  location: string,
  settings?: S3Settings,
): Promise<{ size: number; bytes: Readable } | undefined> {
  const { bucket, key } = objectLocation(location);
  const s3 = await connectS3(settings);
  const found = await s3.client
    .send(new s3.sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }))
    .catch((error: unknown) => {
      throw s3Error(error, location, s3.server);
    });
  // Of all keys with this prefix, the key itself comes first.
  const [first] = found.Contents ?? [];
  if (first?.Key !== key) return undefined;
  const { Size: size = 0, ETag: etag } = first;
  return { size, bytes: await openObject(s3, { path: location, size, version: etag ?? '', bucket, key, etag }) };
}

function objectLocation(location: string): S3Location {
  const found = s3Location(location);
  if (found.key === '') throw new BadInputError(`${location} is a bucket; give the path of a file in it.`);
  return found;
}

async function* remembering(blocks: AsyncIterable<Buffer>, remember: (error: unknown) => void): AsyncGenerator<Buffer> {
  try {
    yield* blocks;
  } catch (error) {
    remember(error);
    throw error;
  }
}

/** S3 would allow an object with the name of a folder, but nobody would find it. */
async function refuseFolder({ sdk, client }: S3, { bucket, key }: S3Location, location: string): Promise<void> {
  const under = new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: `${key}/`, MaxKeys: 1 });
  const found = await client.send(under).catch((error: Error) => {
    // Credentials that may only write can't list.
    if (error.name === 'AccessDenied') return undefined;
    throw error;
  });
  if (found?.Contents?.length) throw new BadInputError(`${location} is a folder; give the path of a file.`);
}

/**
 * Lets the signal stop the sending of parts, which the SDK's Upload would wait for. The requests that begin, complete
 * or abort the upload are short and always finish, so that no part is left behind.
 */
function endRequests(client: S3Client, signal: AbortSignal | undefined): void {
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (request, options) =>
    handle(request, request.method === 'PUT' ? { ...options, abortSignal: signal } : options);
}
