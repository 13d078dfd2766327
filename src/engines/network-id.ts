import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { makeFolders } from '../storage/make-folders.ts';
import { createOnce } from '../storage/private-file.ts';

/** The file with the id of a home's network. */
export function networkFile({ home }: Pick<Settings, 'home'>): string {
  return join(home, 'network');
}

/** The id of a home's network, made when it is first asked for. */
export function networkOf(settings: Pick<Settings, 'home'>): string {
  const file = networkFile(settings);
  if (!existsSync(file)) {
    makeFolders(settings.home);
    createOnce(file, `${randomUUID()}\n`);
  }
  return readFileSync(file, 'utf8').trim();
}
