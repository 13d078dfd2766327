// Sets a checkout up: packages, the program, TensorFlow's library, Postgres' libraries, Neo4j's jars, our Java programs.
// Plain Node without dependencies, since it runs in a fresh clone. Each part leaves a stamp in .setup/ once it is
// complete. So a second setup does nothing, and after an interruption the next one continues where it stopped.
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvFileError, takeEnvFile } from '../src/config/env-file.mjs';
import { buildProgram } from './setup/build.mjs';
import { archiveClasses, compileJava, fetchJars } from './setup/neo4j.mjs';
import { installPackages, linkCommand } from './setup/packages.mjs';
import { preparePostgres } from './setup/postgres.mjs';
import { archiveSparkClasses, fetchS3Jars, fetchSpark } from './setup/spark.mjs';
import { prepareTensorFlow } from './setup/tensorflow.mjs';
import { root, SetupError } from './setup/tools.mjs';

/**
 * Sets the checkout up; it can be called repeatedly.
 *
 * @param {{ quiet?: boolean, embedded?: boolean, spark?: boolean, s3?: boolean }} options quiet: parts that have nothing to do print
 *   nothing; embedded: false skips engines that your own servers (KITH_NEO4J_URI, KITH_POSTGRES_URL) replace; spark:
 *   fetches Spark, which nothing else needs; s3: and what it reads S3 by
 * @throws SetupError one sentence that says what is missing and how to get it
 */
export async function setup({ quiet = false, embedded = true, spark = false, s3 = false } = {}) {
  checkNode();
  await part('Packages', quiet, installPackages);
  await part('Program', quiet, buildProgram);
  await part('TensorFlow', quiet, prepareTensorFlow);
  if (embedded || !process.env.KITH_POSTGRES_URL) await part('Postgres', quiet, preparePostgres);
  if (embedded || !process.env.KITH_NEO4J_URI) {
    await part('Neo4j', quiet, fetchJars);
    await part('Java programs', quiet, compileJava);
    await part('Neo4j start-up', quiet, archiveClasses);
  }
  if (spark) await part('Spark', quiet, fetchSpark);
  if (spark) await part('Spark start-up', quiet, archiveSparkClasses);
  if (spark && s3) await part('Spark on S3', quiet, fetchS3Jars);
  linkCommand();
}

/**
 * @param {string} name
 * @param {boolean} quiet
 * @param {() => Promise<string | undefined>} work returns what it did, or undefined if there was nothing to do
 */
async function part(name, quiet, work) {
  const start = performance.now();
  const did = await work();
  if (did || !quiet) console.log(`setup: ${name.padEnd(14)} ${did ? `${did}, ${seconds(start)}` : 'ready'}`);
}

function seconds(/** @type {number} */ start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 12)) return;
  throw new SetupError(
    `Kith needs Node 20.12 or newer, but this is ${process.versions.node}: install a newer one (https://nodejs.org).`,
  );
}

/**
 * Like `setup`, for scripts: if something is missing, prints one sentence and returns false.
 *
 * @param {Parameters<typeof setup>[0]} options
 */
export async function setupOrExplain(options) {
  try {
    await setup(options);
    return true;
  } catch (error) {
    console.error(error instanceof SetupError ? `setup: ${error.message}` : error);
    return false;
  }
}

/** Takes JAVA_HOME and such from .env; if that can't be used, prints why and returns false. */
function takeSettings() {
  try {
    takeEnvFile(join(root, '.env'));
    return true;
  } catch (error) {
    console.error(error instanceof EnvFileError ? `setup: ${error.message}` : error);
    return false;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const start = performance.now();
  const options = process.argv.slice(2);
  const unknown = options.find((option) => !['--spark', '--s3'].includes(option));
  const spark = options.includes('--spark');
  if (unknown !== undefined) {
    console.error(
      `setup: there is no option ${unknown}; --spark fetches Spark, and --spark --s3 also what it reads S3 by.`,
    );
    process.exitCode = 2;
  } else if (takeSettings() && (await setupOrExplain({ embedded: false, spark, s3: options.includes('--s3') })))
    console.log(`setup: done in ${seconds(start)}. Next: npx kith up, or npm run demo.`);
  else process.exitCode = 1;
}
