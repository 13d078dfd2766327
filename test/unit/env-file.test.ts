import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvFile, takeEnvFile } from '../../src/config/env-file.mjs';
import { loadDotEnv } from '../../src/config/settings.ts';
import { BadInputError } from '../../src/errors.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'kith-env-file-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
/** A file of mode 0600 in a folder of its own. */
function fileOf(content: string | Buffer): string {
  const folder = join(root, String(++made));
  mkdirSync(folder, { mode: 0o700 });
  const file = join(folder, 'kith.env');
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

describe('a settings file', () => {
  test('gives the settings of Kith, AWS, OpenTelemetry and Java, in the usual forms', () => {
    const text =
      '\ufeff# a comment\r\n\r\nKITH_HOME=/data/kith\r\nexport AWS_REGION = "eu central" # there\n' +
      "  OTEL_SERVICE_NAME='two\nlines'\nKITH_WINDOW_DAYS=\nJAVA_HOME=`/opt/java`";
    expect(readEnvFile(fileOf(text))).toEqual({
      KITH_HOME: '/data/kith',
      AWS_REGION: 'eu central',
      OTEL_SERVICE_NAME: 'two\nlines',
      KITH_WINDOW_DAYS: '',
      JAVA_HOME: '/opt/java',
    });
  });

  test('has no power over anything else', () => {
    const others = ['NODE_OPTIONS=--require=/x', 'PATH=/x', 'LD_PRELOAD=/x', 'PGPASSFILE=/x', 'JAVA_TOOL_OPTIONS=-x'];
    expect(readEnvFile(fileOf([...others, 'XKITH_HOME=x', 'kith_home=x', '__proto__=x'].join('\n')))).toEqual({});
  });

  test('gives way to the environment, even to an empty value', () => {
    const file = fileOf('KITH_TEST_A=file\nKITH_TEST_B=file\n');
    process.env.KITH_TEST_A = '';
    try {
      takeEnvFile(file);
      expect([process.env.KITH_TEST_A, process.env.KITH_TEST_B]).toEqual(['', 'file']);
    } finally {
      delete process.env.KITH_TEST_A;
      delete process.env.KITH_TEST_B;
    }
  });

  test.each([
    ['KITH_HOME=x\nno pair\n', /kith\.env:2 is neither NAME=value nor a comment/],
    ['KITH_HOME: x', /kith\.env:1 is neither/],
    ['1KITH=x', /kith\.env:1 is neither/],
    ['A="x\n\nKITH_HOME=y\n', /kith\.env:1 is neither/],
    ['KITH_HOME=a\0b', /kith\.env is not text in UTF-8/],
    [Buffer.from([0x41, 0x3d, 0xff]), /kith\.env is not text in UTF-8/],
    [`# ${'x'.repeat(2 ** 20)}`, /kith\.env is larger than 1 MiB/],
  ])('with %j is refused in one sentence', (content, message) => {
    const file = fileOf(content);
    expect(() => loadDotEnv(file)).toThrow(message);
    expect(() => loadDotEnv(file)).toThrow(BadInputError);
  });

  test('that is a folder, a pipe or a device is refused, without waiting', () => {
    const folder = join(root, 'folder');
    mkdirSync(folder);
    expect(() => loadDotEnv(folder)).toThrow(/folder is not a plain file/);
    const pipe = join(root, 'pipe');
    spawnSync('mkfifo', [pipe]);
    expect(() => loadDotEnv(pipe)).toThrow(/pipe is not a plain file/);
    expect(() => loadDotEnv('/dev/zero')).toThrow(/\/dev\/zero is not a plain file/);
  });

  test('is none if it is /dev/null', () => {
    expect(() => loadDotEnv('/dev/null')).not.toThrow();
  });

  test('that is not there is refused if it was asked for, and else there is none', () => {
    expect(() => loadDotEnv(join(root, 'none.env'))).toThrow(/There is no file .*none\.env to read settings from/);
    expect(readEnvFile(join(root, 'none.env'))).toEqual({});
    symlinkSync(join(root, 'nowhere'), join(root, 'dangling.env'));
    expect(() => readEnvFile(join(root, 'dangling.env'))).toThrow(/dangling\.env can't be read/);
  });

  test.each([
    ['the file', (file: string) => chmodSync(file, 0o602), /kith\.env can be written by others.*chmod go-w/],
    ['the group the file', (file: string) => chmodSync(file, 0o660), /kith\.env can be written by others/],
    ['its folder', (file: string) => chmodSync(join(file, '..'), 0o777), /kith\.env is in .*, which can be written by/],
    ['its folder, as /tmp', (file: string) => chmodSync(join(file, '..'), 0o1777), /is in .*, which can be written by/],
  ])('is refused if others can write %s', (_, open, message) => {
    const file = fileOf('KITH_HOME=x\n');
    open(file);
    expect(() => loadDotEnv(file)).toThrow(message);
    expect(() => loadDotEnv(file)).toThrow(BadInputError);
  });

  test('is refused if a folder above can be written by others, or where a link leads', () => {
    const file = fileOf('KITH_HOME=x\n');
    const deep = join(file, '..', 'a');
    mkdirSync(deep, { mode: 0o700 });
    writeFileSync(join(deep, 'deep.env'), 'KITH_HOME=x\n', { mode: 0o600 });
    chmodSync(join(file, '..'), 0o777);
    expect(() => loadDotEnv(join(deep, 'deep.env'))).toThrow(/deep\.env is in .*, which can be written by others/);
    const link = join(root, `link${made}.env`);
    symlinkSync(file, link);
    expect(() => loadDotEnv(link)).toThrow(/is in .*, which can be written by others/);
  });

  const asRoot = process.getuid?.() === 0 ? test : test.skip;
  asRoot('is refused if it, or its folder, belongs to another user', () => {
    const file = fileOf('KITH_HOME=x\n');
    chownSync(file, 1234, 1234);
    expect(() => loadDotEnv(file)).toThrow(/kith\.env belongs to another user/);
    const other = fileOf('KITH_HOME=x\n');
    chownSync(join(other, '..'), 1234, 1234);
    expect(() => loadDotEnv(other)).toThrow(/kith\.env is in .*, which belongs to another user/);
  });
});
