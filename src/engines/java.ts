import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { safePath } from '../child-environment.ts';
import { projectRoot } from '../config/project.ts';
import { EngineError } from '../errors.ts';
import type { EngineHome } from './home.ts';
import { javaProgram } from './java-program.mjs';
import { asUser, canRead, type OsUser } from './os-user.ts';

const checkout = join(projectRoot, 'engines', 'neo4j');

/** Kith's compiled procedures, for the server's folder of plugins. */
export const pluginJar = join(checkout, 'plugin', 'kith-plugin.jar');

/** How our Java programs are run: as whom, and from which folder, which has java.args, classes and lib. */
export interface Java {
  user: OsUser;
  folder: string;
}

/**
 * Checks that our Java programs can run. If their user can't read them in the checkout, they are copied into the home.
 *
 * @param user who will run them; undefined for ourselves
 * @throws EngineError that says what is missing and how to get it
 */
export function findJava(home: EngineHome, user: OsUser): Java {
  if (!hasJava())
    throw new EngineError(
      'Neo4j needs Java 17 or newer and none was found: install a JDK or set JAVA_HOME, then run `npm run setup`.',
    );
  if (!hasJava(user))
    throw new EngineError(
      `Neo4j runs as the user ${user?.name}, who can't run ${javaProgram('java')}: set JAVA_HOME to a JDK that every user can run.`,
    );
  const needed = [join(checkout, 'lib'), join(checkout, 'classes', 'kith.jar'), pluginJar];
  const missing = needed.find((part) => !existsSync(part));
  if (missing) throw new EngineError(`Neo4j's files are missing (${missing}): run \`npm run setup\`.`);
  const files = programFiles();
  const isReadable = canRead(
    files.map((file) => join(checkout, file)),
    user,
  );
  return { user, folder: isReadable ? checkout : copied(home, files) };
}

/**
 * Starts a program of engines/neo4j/src. Of our environment it gets only what Java itself asks for, since other users of
 * the machine may be able to read it.
 */
export function spawnJava(
  { user, folder }: Java,
  program: 'Neo4jServer' | 'Neo4jImport',
  args: string[],
  options: { heap: string; cwd: string; detached: boolean; stdio: StdioOptions },
): ChildProcess {
  const { heap, ...spawning } = options;
  const flags = [`@${join(folder, 'java.args')}`, `-Xmx${heap}`];
  // Loaded classes as a memory image: a start takes 4 s instead of 13. Without the file, as in a copy, or with another
  // Java, starts are just slower.
  const archive = join(folder, 'classes', 'kith.jsa');
  if (existsSync(archive)) flags.push(`-XX:SharedArchiveFile=${archive}`);
  const classPath = [join(folder, 'classes', 'kith.jar'), join(folder, 'lib', '*')].join(delimiter);
  return spawn(javaProgram('java'), [...flags, '-cp', classPath, `kith.${program}`, ...args], {
    ...spawning,
    ...(user && { uid: user.uid, gid: user.gid }),
    env: {
      PATH: safePath(),
      JAVA_HOME: process.env.JAVA_HOME,
      JDK_JAVA_OPTIONS: process.env.JDK_JAVA_OPTIONS,
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
    },
  });
}

/** Whether a user, or we ourselves, can run Java. */
export function hasJava(user?: OsUser): boolean {
  return spawnSync(javaProgram('java'), ['-version'], { ...asUser(user), stdio: 'ignore' }).status === 0;
}

/** Without the class archive, which fits only the folder that it was made in. */
function programFiles(): string[] {
  const jars = readdirSync(join(checkout, 'lib')).map((name) => join('lib', name));
  return ['java.args', join('classes', 'kith.jar'), ...jars.sort()];
}

/** A copy of the programs in the home, 140 MB, which is renewed when they have changed. */
function copied(home: EngineHome, files: string[]): string {
  const hash = createHash('sha256').update(readFileSync(join(checkout, 'classes', 'kith.jar')));
  for (const file of files) hash.update(`${file} ${statSync(join(checkout, file)).size}\n`);
  const copy = join(home.neo4j, `programs-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(copy)) return copy;
  for (const name of readdirSync(home.neo4j))
    if (name.startsWith('programs-')) rmSync(join(home.neo4j, name), { recursive: true, force: true });
  const draft = `${copy}.new`;
  for (const folder of [draft, join(draft, 'classes'), join(draft, 'lib')]) {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
  }
  for (const file of files) {
    copyFileSync(join(checkout, file), join(draft, file));
    chmodSync(join(draft, file), 0o644);
  }
  renameSync(draft, copy);
  return copy;
}
