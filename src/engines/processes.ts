import { type ChildProcess, type StdioOptions, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
} from 'node:fs';
import { childEnvironment } from '../child-environment.ts';
import { codeOf } from './failure.ts';
import { waitUntil } from './waiting.ts';

export interface Process {
  pid: number;
  /** Program and arguments, separated and surrounded by NULs (or spaces, on systems that give only those). */
  command: string;
}

/**
 * Every process whose command has all these arguments in a row. A process is recognised by the folder of its
 * home on its command line, never by a remembered pid, because pids are reused.
 */
export function findProcesses(...args: string[]): Process[] {
  if (process.platform === 'linux') return inProc().filter(({ command }) => command.includes(`\0${args.join('\0')}\0`));
  const listing =
    spawnSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8', env: childEnvironment() }).stdout ?? '';
  return listing.split('\n').flatMap((line) => {
    const [, pid, command] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    return pid && command && ` ${command} `.includes(` ${args.join(' ')} `) ? [{ pid: Number(pid), command }] : [];
  });
}

/** Processes whose working folder this is; on systems other than Linux, none. */
export function findWorkingIn(folder: string): Process[] {
  if (process.platform !== 'linux') return [];
  return inProc().filter(({ pid }) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false;
    }
  });
}

export interface StartOptions {
  detached: true;
  stdio: StdioOptions;
}

/** A log that is larger when its server is started becomes its `.old`. */
const largestLog = 10 * 1024 ** 2;

/**
 * Starts a server that outlives this process and writes its output to a log.
 *
 * @param input an open file that it reads as its standard input, by default nothing
 */
export function startServer(
  logFile: string,
  start: (options: StartOptions) => ChildProcess,
  input: number | 'ignore' = 'ignore',
): void {
  if (existsSync(logFile) && statSync(logFile).size > largestLog) renameSync(logFile, `${logFile}.old`);
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = start({ detached: true, stdio: [input, log, log] });
    // If a program can't be run, its process will simply be missing.
    child.on('error', () => undefined);
    child.unref();
  } finally {
    closeSync(log);
  }
}

/**
 * Ends processes and waits until they have ended.
 *
 * @param still returns the processes that are left; called repeatedly
 * @param signals the signals to send, each with the seconds to wait for it
 * @param check called before each signal; may throw
 * @returns whether none is left
 */
export async function endProcesses(
  still: () => Process[],
  signals: [NodeJS.Signals, number][],
  check?: () => void,
): Promise<boolean> {
  for (const [signal, seconds] of signals) {
    check?.();
    for (const { pid } of still()) sendSignal(pid, signal);
    if (await waitUntil(() => still().length === 0, seconds)) return true;
  }
  return still().length === 0;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

function inProc(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // Postgres writes titles over its arguments and pads them; a zombie has none.
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return command && command !== '\0' ? [{ pid: Number(name), command: `\0${command}\0` }] : [];
    } catch {
      return [];
    }
  });
}
