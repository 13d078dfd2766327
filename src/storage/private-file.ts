import { randomUUID } from 'node:crypto';
import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from './sync-folder.ts';

/** Creates a file of mode 0600 unless it exists: if several processes do so at the same time, the first one's stays. */
export function createOnce(file: string, text: string): void {
  const draft = `${file}.${randomUUID()}.new`;
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}

/** Writes a file of mode 0600 completely or not at all, even if the machine stops at any point. */
export function replaceFile(file: string, text: string): void {
  const draft = `${file}.${randomUUID()}.new`;
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(draft, file);
  syncFolder(dirname(file));
}
