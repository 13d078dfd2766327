import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { sparkHome } from '../../src/spark/spark-home.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

/** Fetches Spark if need be, with `--s3` also what it reads S3 by; why it can't be fetched here, or undefined. */
export function whyNoSpark(...more: '--s3'[]): string | undefined {
  const setup = [join(projectRoot, 'scripts', 'setup.mjs'), '--spark', ...more];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, setup, { encoding: 'utf8', env });
  return status === 0 ? undefined : `${stdout}${stderr}`.trim().split('\n').at(-1);
}

/** Spark's own settings with which small applications are quick: compiled code doesn't pay. */
export const quickConf: Readonly<Record<string, string>> = {
  'spark.driver.extraJavaOptions': '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
  'spark.executor.extraJavaOptions': '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
  'spark.sql.codegen.wholeStage': 'false',
  'spark.sql.codegen.factoryMode': 'NO_CODEGEN',
  'spark.ui.retainedTasks': '100',
};

/** Processes whose command line has all of these words. */
export function processesOf(...words: string[]): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1');
      return words.every((word) => command.includes(word)) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** A standalone cluster on loopback: a master and two workers of one core each. */
export class SparkCluster implements AsyncDisposable {
  readonly url: string;
  readonly #folder: string;
  readonly #processes: readonly ChildProcess[];

  private constructor(url: string, folder: string, processes: readonly ChildProcess[]) {
    this.url = url;
    this.#folder = folder;
    this.#processes = processes;
  }

  /** @param folder for the workers' files */
  static async start(folder: string): Promise<SparkCluster> {
    const port = await freePort();
    const url = `spark://127.0.0.1:${port}`;
    const deploy = 'org.apache.spark.deploy';
    const local = ['--host', '127.0.0.1', '--webui-port', '0'];
    const processes = [
      startClass([`${deploy}.master.Master`, ...local, '--port', String(port)]),
      ...['a', 'b'].map((name) =>
        startClass([
          ...[`${deploy}.worker.Worker`, ...local, '--cores', '1', '--memory', '1g'],
          ...['--work-dir', join(folder, name), url],
        ]),
      ),
    ];
    const said = processes.map(() => '');
    for (const [i, process] of processes.entries())
      process.stderr?.on('data', (text: Buffer) => {
        said[i] += text.toString();
      });
    const cluster = new SparkCluster(url, folder, processes);
    try {
      await until('workers that are registered', () =>
        said.slice(1).every((text) => text.includes('Successfully registered')),
      );
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The executors of this cluster that run now: each works in a folder of its worker's. */
  executors(): number[] {
    return processesOf('CoarseGrainedExecutorBackend').filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(this.#folder);
      } catch {
        return false;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#processes.map((process) => {
        if (process.exitCode !== null || process.signalCode !== null) return undefined;
        const ended = new Promise((resolve) => process.once('exit', resolve));
        process.kill('SIGKILL');
        return ended;
      }),
    );
  }
}

function startClass(args: string[]): ChildProcess {
  const home = sparkHome();
  return spawn(join(home, 'bin', 'spark-class'), args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, SPARK_HOME: home, SPARK_LOCAL_IP: '127.0.0.1', SPARK_DAEMON_MEMORY: '256m' },
  });
}
