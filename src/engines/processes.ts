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
import { join } from 'node:path';
import { childEnvironment } from '../child-environment.ts';
import { codeOf } from './failure.ts';
import { waitUntil } from './waiting.ts';

export interface Process {
  pid: number;
  /** Program and arguments, separated and surrounded by NULs (or spaces, on systems that give only those). */
  command: string;
}

/**
 * The processes of an engine that works in this folder of a home. They are recognised by a word and the folder on their
 * command lines, never by a remembered pid, because pids are reused. Anybody may run something that looks like it and
 * waits for our passwords, so only processes of the user to whom the engine's data belongs count, and our own.
 */
export function findEngine(word: string, folder: string): Process[] {
  const users = [ownerOf(join(folder, 'data')) ?? ownerOf(folder) ?? process.getuid?.()];
  // As root, whatever has the set-user-id bit would be ours.
  if (process.getuid?.() !== 0) users.push(process.getuid?.());
  return findProcesses(word, folder).filter(({ pid }) => users.includes(userOf(pid)));
}

/** Every process, whosever it is, whose command has all these arguments in a row. */
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

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch {
    return undefined;
  }
}

/** Who started a process: the real user, since anybody can start programs that have another user's rights. */
function userOf(pid: number): number | undefined {
  try {
    const text =
      process.platform === 'linux'
        ? /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        : spawnSync('ps', ['-o', 'ruid=', '-p', `${pid}`], { encoding: 'utf8', env: childEnvironment() }).stdout.trim();
    return text ? Number(text) : undefined;
  } catch {
    // It has just ended.
    return undefined;
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
