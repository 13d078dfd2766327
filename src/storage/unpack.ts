import { pipeline, type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BadInputError } from '../errors.ts';
import { count, several } from '../figures.ts';

/** How large a gzip file may become when it is unpacked. */
export interface UnpackLimits {
  maxUnpackedBytes: number;
  /** Unpacked to stored bytes; it applies to what unpacks to more than 64 MiB. */
  maxUnpackedRatio: number;
}

/** Repetitive files of honest data may be packed very well, but are small. */
const harmlessBytes = 64 * 1024 * 1024;
const blockBytes = 256 * 1024;

/** The most bytes that a gzip file of `stored` bytes may have when it is unpacked. */
export function mostUnpacked(stored: number, { maxUnpackedBytes, maxUnpackedRatio }: UnpackLimits): number {
  return Math.min(maxUnpackedBytes, Math.max(harmlessBytes, stored * maxUnpackedRatio));
}

/**
 * The unpacked bytes of a gzip file.
 *
 * @param file as it is shown to people, and its size in bytes as stored
 * @param times how often it was gzipped
 * @throws BadInputError, as the stream's error, once there are more bytes than the limits allow
 */
export function unpack(
  stored: Readable,
  file: { path: string; size: number },
  limits: UnpackLimits,
  times = 1,
): Readable {
  const most = mostUnpacked(file.size, limits);
  let bytes = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > most) done(tooLarge(file, most, limits));
      else done(null, chunk);
    },
  });
  // Every stream is destroyed with the first error, which the reader gets.
  const gunzips = Array.from({ length: times }, () => createGunzip({ chunkSize: blockBytes }));
  pipeline([stored, ...gunzips, limited], () => undefined);
  return limited;
}

/** What is thrown for a file that unpacks to more than `most` bytes, see {@link mostUnpacked}. */
export function tooLarge(
  { path, size }: { path: string; size: number },
  most: number,
  limits: UnpackLimits,
): BadInputError {
  const setting =
    most === limits.maxUnpackedBytes
      ? 'KITH_MAX_UNPACKED_SIZE'
      : `${limits.maxUnpackedRatio} times its size, KITH_MAX_UNPACKED_RATIO`;
  return new BadInputError(
    `${path} has ${several(size, 'byte')} and unpacks to more than ${count(most)} (${setting}), which real data does not; if this file is right, ` +
      'raise the setting.',
  );
}
