import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hashOf, need, rebuildPackage, root, run, SetupError, stampOf } from './tools.mjs';

/**
 * Installs the native backend of TensorFlow.js. Its own install script downloads a library from a server that many
 * networks block. On Linux, the Python package has the same library, and we compile the binding against that.
 */
export async function prepareTensorFlow() {
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
      await run(
        process.execPath,
        ['--import', olderUtil, '-e', loadTensorFlow],
        "TensorFlow's library was installed but can't be loaded",
      );
      stamp.write();
      return way === buildTensorFlow ? 'library fetched, binding compiled' : 'library downloaded';
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      problems.push(error.message);
    }
  }
  throw new SetupError(problems.join('\nand then: '));
}

const olderUtil = pathToFileURL(join(root, 'src', 'scoring', 'reputation', 'training', 'util-before-23.mjs')).href;
const loadTensorFlow = `
  process.env.TF_CPP_MIN_LOG_LEVEL = '2';
  const tf = require('@tensorflow/tfjs-node');
  process.exitCode = tf.getBackend() === 'tensorflow' && tf.add(20, 22).dataSync()[0] === 42 ? 0 : 1;`;

/** The version of Node-API in the name of the package's binding. */
function bindingVersion(/** @type {string} */ folder) {
  /** @type {number[]} */
  const versions = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).binary.napi_versions;
  return Math.max(...versions.filter((version) => version <= Number(process.versions.napi)));
}

async function downloadTensorFlow() {
  await rebuildPackage('@tensorflow/tfjs-node', "npm could not install TensorFlow's library");
}

/** The headers that the binding is compiled against: TensorFlow's C API, by their names in the Python package. */
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

async function buildTensorFlow(/** @type {string} */ folder) {
  const hint = '(Debian: `apt-get install python3-pip make g++`)';
  await need(
    'python3',
    ['-m', 'pip', '--version'],
    `TensorFlow's library is fetched with pip: install Python with pip ${hint}.`,
  );
  await need('make', ['--version'], `TensorFlow's binding has to be compiled: install make ${hint}.`);
  await need('g++', ['--version'], `TensorFlow's binding has to be compiled: install a C++ compiler ${hint}.`);
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
  // The names that the build and the loader expect.
  for (const name of ['libtensorflow.so', 'libtensorflow.so.2.9.1'])
    symlinkSync('libtensorflow_cc.so.2', join(lib, name));
  symlinkSync('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
  // Use Node's headers if they are installed with it; otherwise they would be downloaded.
  const node = join(dirname(realpathSync(process.execPath)), '..');
  if (existsSync(join(node, 'include', 'node', 'node_api.h'))) process.env.npm_config_nodedir = node;
  const build = [join(root, 'node_modules', '.bin', 'node-pre-gyp'), 'install', '--build-from-source'];
  await run(process.execPath, build, "TensorFlow's binding could not be compiled", folder);
}

/** Python that extracts the two libraries and the headers from the wheel, since unzip may be missing. */
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
