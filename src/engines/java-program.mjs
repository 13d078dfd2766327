// Plain JavaScript, because the setup of a bare clone asks for the same programs, before TypeScript can be run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A program of the JDK: that of JAVA_HOME, or else the one on the path.
 *
 * @param {'java' | 'javac' | 'jar'} name
 */
export function javaProgram(name) {
  const own = process.env.JAVA_HOME && join(process.env.JAVA_HOME, 'bin', name);
  return own && existsSync(own) ? own : name;
}
