import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { javaProgram } from '../../src/engines/java-program.mjs';
import { freePort } from './free-port.ts';
import { fetchJars } from './java.ts';

/** A server with MongoDB's protocol of its own on this machine, in memory. */
export class MongoServer implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#process = child;
    process.once('exit', this.#kill);
  }

  static async start(): Promise<MongoServer> {
    const folder = join(projectRoot, 'test', 'harness', 'mongo');
    const jars = await fetchJars(join(folder, 'pom.xml'));
    const port = await freePort();
    const args = ['-Xmx256m', '-cp', join(jars, '*'), join(folder, 'MongoServer.java'), String(port)];
    const child = spawn(javaProgram('java'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const server = new MongoServer(`mongodb://127.0.0.1:${port}/kith`, child);
    let output = '';
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (text: Buffer) => {
          output += text;
          if (output.includes('READY')) resolve();
        });
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`The MongoDB server ended with ${code}: ${output}`)));
    });
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill);
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    if (this.#process.exitCode === null && this.#kill()) await ended;
  }

  readonly #kill = (): boolean => this.#process.kill('SIGKILL');
}
