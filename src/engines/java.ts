import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { childEnvironment, safePath } from '../child-environment.ts';
import { projectRoot } from '../config/project.ts';
import { EngineError } from '../errors.ts';
import { javaProgram } from './java-program.mjs';

const engine = join(projectRoot, 'engines', 'neo4j');
const programs = join(engine, 'classes', 'kith.jar');
/**
 * Loaded classes as a memory image: a start takes 4 s instead of 13. Without the file, or with another Java, starts are
 * just slower.
 */
const archive = join(engine, 'classes', 'kith.jsa');

/**
 * Checks that our Java programs can run.
 *
 * @throws EngineError that says what is missing and how to get it
 */
export function checkJava(): void {
  const { error, status } = spawnSync(javaProgram('java'), ['-version'], { stdio: 'ignore', env: childEnvironment() });
  if (error || status !== 0)
    throw new EngineError(
      'Neo4j needs Java 17 or newer and none was found: install a JDK or set JAVA_HOME, then run `npm run setup`.',
    );
  const missing = [join(engine, 'lib'), programs].find((part) => !existsSync(part));
  if (missing) throw new EngineError(`Neo4j's files are missing (${missing}): run \`npm run setup\`.`);
}

/**
 * Starts a program of engines/neo4j/src. It gets nothing from our environment, since other users of the machine may be
 * able to read it.
 */
export function spawnJava(
  program: 'Neo4jServer' | 'Neo4jImport',
  args: string[],
  options: { heap: string; cwd: string; detached: boolean; stdio: StdioOptions },
): ChildProcess {
  const { heap, ...spawning } = options;
  const flags = [`@${join(engine, 'java.args')}`, `-Xmx${heap}`];
  if (existsSync(archive)) flags.push(`-XX:SharedArchiveFile=${archive}`);
  const classPath = [programs, join(engine, 'lib', '*')].join(delimiter);
  return spawn(javaProgram('java'), [...flags, '-cp', classPath, `kith.${program}`, ...args], {
    ...spawning,
    env: { PATH: safePath(), JAVA_HOME: process.env.JAVA_HOME, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  });
}
