import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { projectRoot } from '../config/project.ts';
import { hasJava } from '../engines/java.ts';
import { BadInputError, EngineError } from '../errors.ts';

const folder = join(projectRoot, 'engines', 'spark');
/** Where `npm run setup -- --spark` puts Spark. */
const fetched = join(folder, 'lib', 'pyspark');

/**
 * Loaded classes of a driver as a memory image, which halves what a start takes. Undefined for a Spark of somebody's own,
 * and where setup could make none. With another Java starts are just slower.
 */
export function classArchive(home: string): string | undefined {
  const archive = join(folder, 'classes', 'kith.jsa');
  return home === fetched && existsSync(archive) ? archive : undefined;
}

/**
 * The jars by which Spark reads and writes S3: paths, separated by commas. Undefined for a Spark of somebody's own, which
 * may have others.
 *
 * @throws BadInputError if setup has not fetched them
 */
export function fetchedS3Jars(home: string): string | undefined {
  if (home !== fetched) return undefined;
  const jars = join(folder, 's3');
  if (!existsSync(jars))
    throw new BadInputError(
      'KITH_LAKE is on S3, which this Spark has no jars for: fetch them by `npm run setup -- --spark --s3` (690 MB), or name ' +
        'your own in KITH_SPARK_JARS.',
    );
  return readdirSync(jars)
    .filter((name) => name.endsWith('.jar'))
    .map((name) => join(jars, name))
    .join(',');
}

/**
 * The folder of Spark: `SPARK_HOME`, or the one that setup has fetched.
 *
 * @throws BadInputError if SPARK_HOME names no Spark; EngineError if there is none, or no Java
 */
export function sparkHome(): string {
  const { SPARK_HOME: given } = process.env;
  if (given && !(isAbsolute(given) && existsSync(join(given, 'bin', 'spark-sql'))))
    throw new BadInputError(
      `SPARK_HOME is ${given}, which is no absolute path of a Spark with bin/spark-sql: correct or unset it.`,
    );
  const home = given || fetched;
  if (!existsSync(join(home, 'bin', 'spark-sql')))
    throw new EngineError(
      'Spark is not here: fetch it by `npm run setup -- --spark` (456 MB), or set SPARK_HOME to one of version 4.1 or newer.',
    );
  if (!hasJava())
    throw new EngineError('Spark needs Java 17 or newer and none was found: install a JDK or set JAVA_HOME.');
  return home;
}
