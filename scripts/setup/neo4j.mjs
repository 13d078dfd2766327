import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { javaProgram } from '../../src/engines/java-program.mjs';
import { hashOf, need, root, run, SetupError, stampOf } from './tools.mjs';

const neo4j = join(root, 'engines', 'neo4j');
const classes = join(neo4j, 'classes');

/** @typedef {{ sources: string, classes: string, jar: string }} Compiled */

/** The launcher and the importer. @type {Compiled} */
const programs = { sources: join(neo4j, 'src', 'kith'), classes, jar: join(classes, 'kith.jar') };
/** The compiled procedures. @type {Compiled} */
const plugin = {
  sources: join(neo4j, 'plugin', 'src', 'kith', 'plugin'),
  classes: join(neo4j, 'plugin', 'classes'),
  jar: join(neo4j, 'plugin', 'kith-plugin.jar'),
};

const leastJava = 17;
const howToJava =
  'a JDK of version 17 or newer (Debian: `apt-get install openjdk-17-jdk-headless`, macOS: `brew install openjdk@17`)';

export async function fetchJars() {
  const lib = join(neo4j, 'lib');
  const stamp = stampOf('jars', hashOf(join(neo4j, 'pom.xml')));
  if (stamp.fits() && existsSync(lib) && readdirSync(lib).length > 200) return undefined;
  await need(javaProgram('java'), ['-version'], `Neo4j needs Java: install ${howToJava}.`);
  await need(
    'mvn',
    ['-version'],
    "Neo4j's jars are fetched with Maven: install it (Debian: `apt-get install maven`, macOS: `brew install maven`).",
  );
  stamp.remove();
  rmSync(lib, { recursive: true, force: true });
  const goal = ['dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime'];
  await run('mvn', ['-q', '-B', ...goal], "Maven could not fetch Neo4j's jars", neo4j);
  stamp.write();
  return 'jars fetched';
}

export async function compileJava() {
  const stamp = stampOf('java', hashOf(join(neo4j, 'pom.xml'), ...sourcesOf(programs), ...sourcesOf(plugin)));
  if (stamp.fits() && existsSync(programs.jar) && existsSync(plugin.jar)) return undefined;
  const version = await need(javaProgram('javac'), ['-version'], `Neo4j's launcher needs javac: install ${howToJava}.`);
  const major = Number(/javac (\d+)/.exec(version)?.[1] ?? leastJava);
  if (major < leastJava) throw new SetupError(`This Java is version ${major}: install ${howToJava}.`);
  stamp.remove();
  await compile(programs);
  await compile(plugin);
  stamp.write();
  return 'compiled';
}

/** @param {Compiled} what */
function sourcesOf({ sources }) {
  return readdirSync(sources).map((name) => join(sources, name));
}

/** @param {Compiled} what */
async function compile({ sources, classes, jar }) {
  rmSync(classes, { recursive: true, force: true });
  rmSync(jar, { force: true });
  // The plugin's annotations are for the server; javac is not to look for programs that deal with them.
  const language = ['--release', String(leastJava), '-encoding', 'UTF-8', '-proc:none'];
  const options = [...language, '-d', classes, '-cp', join(neo4j, 'lib', '*')];
  await run(
    javaProgram('javac'),
    [...options, ...sourcesOf({ sources, classes, jar })],
    `javac could not compile ${sources}`,
  );
  const packing = ['--create', '--file', jar, '-C', classes, 'kith'];
  await run(javaProgram('jar'), packing, `jar could not pack the classes of ${sources}`);
}

/**
 * Starts Neo4j once on a temporary folder and archives the loaded classes in the JVM's memory format. Later starts then
 * take a third of the time. Without the archive everything works, only more slowly.
 */
export async function archiveClasses() {
  const archive = join(classes, 'kith.jsa');
  const stamp = stampOf('archive', hashOf(programs.jar, plugin.jar, join(neo4j, 'java.args')));
  if (stamp.fits()) return undefined;
  stamp.remove();
  rmSync(archive, { force: true });
  rmSync(`${archive}.new`, { force: true });
  const home = mkdtempSync(join(tmpdir(), 'kith-setup-'));
  try {
    const made = await startOnce(home, `${archive}.new`);
    if (made) renameSync(`${archive}.new`, archive);
    stamp.write();
    return made ? 'classes archived' : 'no class archive (Neo4j will start more slowly)';
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/**
 * @param {string} home
 * @param {string} archive
 */
async function startOnce(home, archive) {
  const password = randomBytes(16).toString('hex');
  const [bolt, http] = await Promise.all([freePort(), freePort()]);
  mkdirSync(join(home, 'conf'));
  mkdirSync(join(home, 'plugins'));
  copyFileSync(plugin.jar, join(home, 'plugins', 'kith-plugin.jar'));
  const conf = [
    'dbms.usage_report.enabled=false',
    'db.tx_log.preallocate=false',
    'server.directories.plugins=plugins',
    'dbms.security.procedures.allowlist=db.*,dbms.*,tx.*,kith.*',
    'server.memory.pagecache.size=64m',
    `server.bolt.enabled=true\nserver.bolt.listen_address=127.0.0.1:${bolt}`,
    `server.http.enabled=true\nserver.http.listen_address=127.0.0.1:${http}`,
  ];
  writeFileSync(join(home, 'conf', 'neo4j.conf'), `${conf.join('\n')}\n`);
  const classPath = [programs.jar, join(neo4j, 'lib', '*')].join(delimiter);
  const flags = [`@${join(neo4j, 'java.args')}`, '-Xmx512m', `-XX:ArchiveClassesAtExit=${archive}`];
  const args = [...flags, '-cp', classPath, 'kith.Neo4jServer', home];
  const child = spawn(javaProgram('java'), args, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined).end(password);
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), 300_000);
  try {
    let output = '';
    for await (const text of child.stdout) {
      output += text;
      if (/^(READY|FAILED)/m.test(output)) break;
    }
    if (/^READY/m.test(output)) await askOnce(http, password);
    child.kill('SIGTERM');
    await ended;
    return existsSync(archive);
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

/**
 * Runs some statements, so that the archive includes the query engine's classes; those of the plugin are tried so, too.
 *
 * @param {number} port
 * @param {string} password
 */
async function askOnce(port, password) {
  const authorization = `Basic ${Buffer.from(`neo4j:${password}`).toString('base64')}`;
  const nobody = { hidden: [], inactive: [] };
  const everybody = { first: 0, end: 10, asOf: 10, one: 100_000 };
  const linear = { window: 100, halfLife: null, follow: 1000, reply: 1000, like: 1000, mention: 1000 };
  const statements = [
    {
      statement: 'UNWIND range(1, 9) AS n MERGE (u:User {userId: n}) MERGE (u)-[:LIKED {at: n}]->(:User {userId: -n})',
    },
    {
      statement:
        'MATCH (u:User)-[r:LIKED]->(v) WITH u, v, sum(r.at) AS s ORDER BY s DESC LIMIT 5 RETURN u.userId, collect(s)',
    },
    { statement: cypher('compiled/version') },
    { statement: cypher('ingest/merge-compiled'), parameters: { type: 'LIKED', users: [[1, [[2, [[3, 4]]]]]] } },
    { statement: cypher('closest/compiled'), parameters: { ...everybody, ...linear } },
    { statement: cypher('recommend/compiled'), parameters: { ...everybody, minReputation: null, ...nobody } },
    { statement: cypher('circles/ties-compiled'), parameters: { ...everybody, ...linear } },
    { statement: cypher('circles/alike-compiled'), parameters: everybody },
    {
      statement: cypher('circles/recommend-compiled'),
      parameters: {
        ...everybody,
        ...linear,
        minReputation: null,
        popular: [1],
        popularShares: [1],
        popularAtMost: 20,
        busy: [],
        ...nobody,
      },
    },
  ];
  const answer = await fetch(`http://127.0.0.1:${port}/db/neo4j/tx/commit`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ statements }),
  }).catch(() => undefined);
  if (!answer) return;
  const { errors } = /** @type {{ errors: { message: string }[] }} */ (await answer.json());
  const [error] = errors;
  if (error) throw new SetupError(`Neo4j does not work with Kith's plugin (${plugin.jar}): ${error.message}`);
}

/** @param {string} name */
function cypher(name) {
  return readFileSync(join(root, 'cypher', `${name}.cypher`), 'utf8');
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
