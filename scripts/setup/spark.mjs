// Spark for one machine (`local[*]`): the Python package pyspark brings a whole Spark with it.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { javaProgram } from '../../src/engines/java-program.mjs';
import { hashOf, need, root, run, SetupError, stampOf, start } from './tools.mjs';

const version = '4.3.0';
const lib = join(root, 'engines', 'spark', 'lib');
const jars = join(lib, 'pyspark', 'jars');

/** Fetches nothing where SPARK_HOME names a Spark. */
export async function fetchSpark() {
  const { SPARK_HOME: given } = process.env;
  await need(
    javaProgram('java'),
    ['-version'],
    'Spark needs Java 17 or newer (Debian: `apt-get install openjdk-17-jdk-headless`, macOS: `brew install openjdk@17`).',
  );
  if (given) {
    if (!isAbsolute(given) || !existsSync(join(given, 'bin', 'spark-sql')))
      throw new SetupError(`SPARK_HOME is ${given}, which is no absolute path of a Spark with bin/spark-sql.`);
    return `nothing fetched, SPARK_HOME is ${given}`;
  }
  const stamp = stampOf('spark', version);
  if (stamp.fits() && existsSync(jars)) return undefined;
  await need(
    'python3',
    ['-m', 'pip', '--version'],
    'Spark is fetched by pip: install it (Debian: `apt-get install python3-pip`), or set SPARK_HOME to a Spark of your own.',
  );
  console.log(`setup: Spark          fetching version ${version}: 456 MB, one to three minutes`);
  stamp.remove();
  rmSync(lib, { recursive: true, force: true });
  const options = ['--quiet', '--disable-pip-version-check', '--root-user-action=ignore', '--no-cache-dir'];
  const what = ['--no-deps', '--no-compile', '--target', lib, `pyspark==${version}`];
  await run('python3', ['-m', 'pip', 'install', ...options, ...what], 'pip could not fetch Spark');
  stamp.write();
  return `version ${version} fetched, ${sizeOf(lib)} MB on disk`;
}

/**
 * Runs statements of the sorts that there are once, and archives the loaded classes in the JVM's memory format: an
 * application starts in half the time then. Without the archive everything works, only more slowly.
 */
export async function archiveSparkClasses() {
  if (process.env.SPARK_HOME) return undefined;
  const folder = join(root, 'engines', 'spark');
  const statements = join(folder, 'archive.sql');
  const archive = join(folder, 'classes', 'kith.jsa');
  const stamp = stampOf('spark-archive', `${version} ${hashOf(statements)}`);
  if (stamp.fits()) return undefined;
  stamp.remove();
  rmSync(dirname(archive), { recursive: true, force: true });
  mkdirSync(dirname(archive));
  const tables = mkdtempSync(join(tmpdir(), 'kith-setup-'));
  try {
    const conf = [
      ...['spark.master=local[2]', 'spark.driver.memory=900m', 'spark.sql.shuffle.partitions=4'],
      ...['spark.sql.catalogImplementation=in-memory', `spark.sql.warehouse.dir=file:${tables}`],
      `spark.kith.tables=file:${tables}`,
      `spark.driver.defaultJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ArchiveClassesAtExit="${archive}.new"`,
    ].flatMap((each) => ['--conf', each]);
    const env = [`SPARK_HOME=${dirname(jars)}`, 'SPARK_LOCAL_IP=127.0.0.1', join(dirname(jars), 'bin', 'spark-sql')];
    const { code } = await start('env', [...env, ...conf, '-f', statements], tables);
    const isMade = code === 0 && existsSync(`${archive}.new`);
    if (isMade) renameSync(`${archive}.new`, archive);
    stamp.write();
    return isMade
      ? `classes archived, ${sizeOf(dirname(archive))} MB`
      : 'no class archive (Spark will start more slowly)';
  } finally {
    rmSync(tables, { recursive: true, force: true });
  }
}

/** The jars by which Spark reads and writes S3, of the version of Hadoop that the fetched Spark has. */
export async function fetchS3Jars() {
  const folder = join(root, 'engines', 'spark');
  const to = join(folder, 's3');
  const stamp = stampOf('spark-s3', hashOf(join(folder, 'pom.xml')));
  if (stamp.fits() && existsSync(to)) return undefined;
  await need(
    'mvn',
    ['-version'],
    "Spark's jars for S3 are fetched with Maven: install it (Debian: `apt-get install maven`, macOS: `brew install maven`).",
  );
  console.log('setup: Spark on S3    fetching 690 MB, one to three minutes');
  stamp.remove();
  rmSync(to, { recursive: true, force: true });
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${to}`, '-DincludeScope=runtime'];
  await run('mvn', ['-q', '-B', ...goal], "Maven could not fetch Spark's jars for S3", folder);
  stamp.write();
  return `jars fetched, ${sizeOf(to)} MB on disk`;
}

function sizeOf(/** @type {string} */ folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  return Math.round(bytes / 1e6);
}
