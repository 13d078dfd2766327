import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningCommand } from '../../test/harness/command-line.ts';

/** An exit code, or the signal that ended a process. */
export type Exit = number | string;

/** How a `kith …` ended. */
export interface Ended {
  exit: Exit;
  stderr: string;
  /** Whether it had to be killed since it did not end in time. */
  isHung: boolean;
}

/** Waits for the end of a command, but no longer than this: then it is killed. */
export async function endOf(command: RunningCommand, seconds: number): Promise<Ended> {
  const patience = new AbortController();
  const late = sleep(seconds * 1000, true, { signal: patience.signal }).catch(() => false);
  const isHung = await Promise.race([command.ended.then(() => false), late]);
  patience.abort();
  if (isHung) command.process.kill('SIGKILL');
  const { code, stderr } = await command.ended;
  return { exit: code ?? command.process.signalCode ?? 'unknown', stderr, isHung };
}

/** What is wrong with how a command ended: a sentence each. */
export function faultsOf(what: string, { exit, stderr, isHung }: Ended, allowed: readonly Exit[]): string[] {
  const faults: string[] = [];
  const last = stderr.trimEnd().slice(-600);
  if (isHung) faults.push(`${what} did not end in time; it last said: ${last}`);
  else if (!allowed.includes(exit)) faults.push(`${what} ended with ${exit} instead of ${allowed.join(', ')}: ${last}`);
  // "    at Graph.read (file:///…/kith.js:12:34)"
  if (/^\s+at .*:\d+:\d+\)?$/m.test(stderr)) faults.push(`${what} printed a stack trace: ${last}`);
  if (typeof exit === 'number' && exit !== 0 && !/^kith: \S.*/m.test(stderr))
    faults.push(`${what} ended with ${exit} without a sentence: ${last}`);
  return faults;
}

/** Whether an error says that a disk is full. */
export function namesFullDisk(stderr: string): boolean {
  return /^kith: .*(disk\b.*\bfull|full disk|no space|out of space)/im.test(stderr);
}
