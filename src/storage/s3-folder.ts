import type { S3Settings } from '../config/settings.ts';
import { BadInputError, FolderMissingError } from '../errors.ts';
import { type Folder, holdsParts } from './folder.ts';
import { type S3Location, s3Location } from './location.ts';
import { connectS3, type S3 } from './s3-client.ts';
import { s3Error } from './s3-errors.ts';
import { openObject, type StoredObject } from './s3-object.ts';

/**
 * Opens the objects directly under `s3://bucket/path/`, like a folder on disk.
 *
 * @throws BadInputError if there is nothing, or the bucket or the keys are wrong
 * @throws EngineError if S3 can't be reached
 */
export async function openS3Folder(input: string, settings?: S3Settings): Promise<Folder> {
  const { bucket, key } = s3Location(input);
  const path = key.replace(/\/+$/, '');
  const location = `s3://${bucket}${path && `/${path}`}`;
  const s3 = await connectS3(settings);
  const { files, others } = await listFolder(s3, { bucket, key: path }, location).catch((error: unknown) => {
    throw s3Error(error, location, s3.server);
  });
  return {
    name: location.slice(location.lastIndexOf('/') + 1),
    location,
    files: () => files,
    others: () => others,
    async open(name) {
      const object = files.get(name);
      if (!object) throw new BadInputError(`${location}/${name} can't be read: there is no such object.`);
      return openObject(s3, object);
    },
  };
}

/** The objects of a folder, by name, and the folders in it, without what is in these. */
async function listFolder(
  { sdk, client }: S3,
  { bucket, key: path }: S3Location,
  location: string,
): Promise<{ files: Map<string, StoredObject>; others: Map<string, string> }> {
  const prefix = path && `${path}/`;
  const found: [string, StoredObject][] = [];
  const others = new Map<string, string>();
  let isThere = path === '';
  const list = async (within: string) => {
    const asked = { Bucket: bucket, Prefix: `${prefix}${within}`, Delimiter: '/' };
    for await (const page of sdk.paginateListObjectsV2({ client }, asked)) {
      isThere ||= (page.Contents ?? []).length + (page.CommonPrefixes ?? []).length > 0;
      for (const { Prefix: folder = '' } of page.CommonPrefixes ?? []) {
        const name = folder.slice(prefix.length).replace(/\/$/, '');
        others.set(name, 'a folder');
        if (within === '' && holdsParts(name)) await list(`${name}/`);
      }
      for (const { Key: key = '', Size: size = 0, ETag: etag } of page.Contents ?? []) {
        const name = key.slice(prefix.length);
        if (name !== '' && name.lastIndexOf('/') < Math.max(within.length, 1) && name !== within)
          found.push([name, { path: `${location}/${name}`, size, version: etag ?? '', bucket, key, etag }]);
      }
    }
  };
  await list('');
  if (!isThere) {
    const { Contents: [first] = [] } = await client.send(
      new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: path, MaxKeys: 1 }),
    );
    if (first?.Key === path) throw new BadInputError(`${location} is an object; give the folder that contains it.`);
    throw new FolderMissingError(
      `${location} does not exist: the bucket has no object under it; give the day's folder.`,
    );
  }
  // In the order of a folder on disk; S3 sorts by UTF-8 bytes.
  return { files: new Map(found.sort(([one], [other]) => (one < other ? -1 : 1))), others };
}
