import { open, rename, rm } from 'node:fs/promises';

export interface WriteOptions {
  signal?: AbortSignal;
}

/** Placeholder while the storage with S3 is being written: disk only. */
export async function writeWhole(
  location: string,
  text: Iterable<string> | AsyncIterable<string>,
  _options: WriteOptions,
): Promise<void> {
  const file = await open(`${location}.new`, 'w');
  try {
    for await (const piece of text) await file.write(piece);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${location}.new`, location).catch(async (error) => {
    await rm(`${location}.new`, { force: true });
    throw error;
  });
}
