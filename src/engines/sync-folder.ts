import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Writes a folder's entries to the disk, so that a later step can't get there before this one. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
