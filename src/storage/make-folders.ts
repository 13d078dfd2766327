import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a folder and those on the way to it, where they are missing. Node's own `recursive` never returns where
 * folders can't be created, as under /proc.
 *
 * @param mode of the folders that it creates
 * @returns the folders that it has created
 */
export function makeFolders(path: string, mode?: number): string[] {
  if (existsSync(path)) return [];
  const above = makeFolders(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
    return [...above, path];
  } catch (error) {
    // Another process may just have created it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return above;
  }
}
