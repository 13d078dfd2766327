import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../src/config/project.ts';
import type { S3Settings } from '../../src/config/settings.ts';
import { javaProgram } from '../../src/engines/java-program.mjs';
import { freePort } from './free-port.ts';
import { fetchJars } from './java.ts';

const pom = join(projectRoot, 'test', 'harness', 's3', 'pom.xml');
const patienceMs = 600_000;

/** Only what goes wrong: by default the server logs every step of every request, which takes most of its time. */
const logback = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%level %msg%n</pattern></encoder></appender>
  <root level="ERROR"><appender-ref ref="out"/></root>
</configuration>`;

/**
 * An S3 server (s3proxy) of its own on this machine, which refuses wrong keys as AWS does; its objects are gone with
 * it.
 */
export class S3Server implements AsyncDisposable {
  readonly settings: S3Settings;
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #home: string;

  private constructor(port: number, keys: { accessKey: string; secretKey: string }, child: ChildProcess, home: string) {
    this.port = port;
    this.settings = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', keys };
    this.#process = child;
    this.#home = home;
  }

  static async start(): Promise<S3Server> {
    const jars = await fetchJars(pom);
    const home = await mkdtemp(join(tmpdir(), 'kith-s3-'));
    const port = await freePort();
    const keys = { accessKey: randomBytes(8).toString('hex'), secretKey: randomBytes(16).toString('hex') };
    await mkdir(join(home, 'data'));
    await writeFile(join(home, 'logback.xml'), logback);
    const properties = {
      's3proxy.authorization': 'aws-v2-or-v4',
      's3proxy.endpoint': `http://127.0.0.1:${port}`,
      's3proxy.identity': keys.accessKey,
      's3proxy.credential': keys.secretKey,
      'jclouds.provider': 'filesystem-nio2',
      'jclouds.filesystem.basedir': join(home, 'data'),
    };
    const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(home, 's3proxy.conf'), lines.join(''), { mode: 0o600 });
    const flags = ['-Xmx256m', '-XX:TieredStopAtLevel=1', `-Dlogback.configurationFile=${join(home, 'logback.xml')}`];
    const main = ['org.gaul.s3proxy.Main', '--properties', join(home, 's3proxy.conf')];
    const child = spawn(javaProgram('java'), [...flags, '-cp', join(jars, '*'), ...main], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new S3Server(port, keys, child, home);
    process.once('exit', server.#kill);
    await server.#answers();
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill);
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    if (this.#process.exitCode === null && this.#kill()) await ended;
    await rm(this.#home, { recursive: true, force: true });
  }

  readonly #kill = (): boolean => this.#process.kill('SIGKILL');

  async #answers(): Promise<void> {
    let output = '';
    let failure: string | undefined;
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (text: Buffer) => {
        output = (output + text).slice(-4000);
      });
    this.#process.once('error', (error) => {
      failure = `The tests of S3 need Java 17 or newer: ${error.message}`;
    });
    this.#process.once('exit', (code) => {
      failure ??= `The S3 server ended with ${code}: ${output}`;
    });
    const until = Date.now() + patienceMs;
    while (failure === undefined && Date.now() < until) {
      // Any answer will do; without keys it is 403.
      if (await fetch(this.settings.endpoint ?? '').catch(() => undefined)) return;
      await sleep(50);
    }
    await this[Symbol.asyncDispose]();
    throw new Error(failure ?? `The S3 server did not answer within ${patienceMs / 1000} s: ${output}`);
  }
}
