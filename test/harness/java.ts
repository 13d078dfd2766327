import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import lockfile from 'proper-lockfile';
import { projectRoot } from '../../src/config/project.ts';
import { until } from './until.ts';

/** The jars of a pom, fetched once for every version of it. */
export async function fetchJars(pom: string): Promise<string> {
  const version = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const all = join(projectRoot, 'node_modules', '.cache', 'kith-test-servers');
  const jars = join(all, version);
  if (existsSync(jars)) return jars;
  await mkdir(all, { recursive: true });
  // One at a time: Maven's own folder is shared by all.
  const lock = () =>
    lockfile.lock(all, { stale: 60_000 }).catch((error: { code?: unknown }) => {
      if (error.code !== 'ELOCKED') throw error;
      return undefined;
    });
  const release = await until('others to have fetched theirs', lock, { pauseMs: 500 });
  // Fetched elsewhere and moved here as a whole, since fetching may be interrupted.
  const draft = `${jars}.draft`;
  try {
    if (existsSync(jars)) return jars;
    await rm(draft, { recursive: true, force: true });
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${draft}`, '-DincludeScope=runtime'];
    const fetching = () => promisify(execFile)('mvn', ['-q', '-B', '-f', pom, ...goal]);
    // A registry may be away for a moment.
    await fetching()
      .catch(fetching)
      .catch(fetching)
      .catch((error: Error & { stdout?: string }) => {
        throw new Error(
          `These tests need Maven, which could not fetch a server: ${error.message}\n${error.stdout ?? ''}`,
        );
      });
    await rename(draft, jars);
  } finally {
    await release();
  }
  return jars;
}
