// Plain JavaScript, because the setup of a bare clone asks for the same programs, before TypeScript can be run.
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/**
 * A program of the JDK: that of JAVA_HOME, or else the one on the path.
 *
 * @param {'java' | 'javac' | 'jar'} name
 */
export function javaProgram(name) {
  const { JAVA_HOME = '' } = process.env;
  const own = join(JAVA_HOME, 'bin', name);
  // A relative one would mean another Java in each working folder.
  return isAbsolute(JAVA_HOME) && existsSync(own) ? own : name;
}
