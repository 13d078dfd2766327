import type { S3Settings } from '../config/settings.ts';
import { EngineError } from '../errors.ts';
import { type S3Location, s3Location } from './location.ts';
import { connectS3, type S3 } from './s3-client.ts';
import { s3Error } from './s3-errors.ts';

/**
 * The sizes of all objects under a prefix, however deep, by the part of their keys after it.
 *
 * @param location `s3://bucket/prefix`
 * @throws BadInputError if the bucket or the keys are wrong, EngineError if S3 can't be reached
 */
export async function listObjects(location: string, settings?: S3Settings): Promise<Map<string, number>> {
  return withObjects(location, settings, (s3, place) => list(s3, place));
}

/** As many as S3 takes. */
const deletedAtOnce = 1_000;

/** Removes all objects under a prefix; throws as {@link listObjects}. */
export async function removeObjects(location: string, settings?: S3Settings): Promise<void> {
  await withObjects(location, settings, async (s3, { bucket, key }) => {
    const names = [...(await list(s3, { bucket, key })).keys()];
    for (let i = 0; i < names.length; i += deletedAtOnce) {
      const Objects = names.slice(i, i + deletedAtOnce).map((name) => ({ Key: `${key}${name}` }));
      const deletion = new s3.sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
      const { Errors: [failed] = [] } = await s3.client.send(deletion);
      if (failed)
        throw new EngineError(`S3 did not remove s3://${bucket}/${failed.Key}: ${failed.Message ?? failed.Code}.`);
    }
  });
}

/** Removes one object; throws as {@link listObjects}. */
export async function removeObject(location: string, settings?: S3Settings): Promise<void> {
  await withObjects(location, settings, async (s3, { bucket, key }) => {
    await s3.client.send(new s3.sdk.DeleteObjectCommand({ Bucket: bucket, Key: key.slice(0, -1) }));
  });
}

async function withObjects<T>(
  location: string,
  settings: S3Settings | undefined,
  work: (s3: S3, place: S3Location) => Promise<T>,
): Promise<T> {
  const { bucket, key } = s3Location(`${location.replace(/\/+$/, '')}/`);
  const s3 = await connectS3(settings);
  try {
    return await work(s3, { bucket, key });
  } catch (error) {
    throw s3Error(error, location, s3.server);
  }
}

async function list({ sdk, client }: S3, { bucket, key }: S3Location): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: key }))
    for (const { Key = '', Size = 0 } of page.Contents ?? []) found.set(Key.slice(key.length), Size);
  return found;
}
