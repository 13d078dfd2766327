import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../src/config/project.ts';

/** The jars of a pom, fetched once for every version of it. */
export async function fetchJars(pom: string): Promise<string> {
  const version = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const jars = join(projectRoot, 'node_modules', '.cache', 'kith-test-servers', version);
  if (existsSync(jars)) return jars;
  // Fetched elsewhere and moved here as a whole, since fetching may be interrupted.
  const draft = `${jars}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${draft}`, '-DincludeScope=runtime'];
    await promisify(execFile)('mvn', ['-q', '-B', '-f', pom, ...goal]).catch((error: Error & { stdout?: string }) => {
      throw new Error(
        `These tests need Maven, which could not fetch a server: ${error.message}\n${error.stdout ?? ''}`,
      );
    });
    await rename(draft, jars).catch((error) => {
      // Another run of the tests was quicker.
      if (!existsSync(jars)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return jars;
}
