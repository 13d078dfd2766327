import { say } from '../output.ts';

/** The reader has gone, or the terminal. */
const goneCodes = ['EPIPE', 'EIO', 'ECONNRESET', 'EBADF'];

let isLost = false;

/**
 * From here on no command ends because nobody reads what it says, as with `kith runs | head -1`. A standard output that
 * can't be written for another reason, such as a full disk, is told; see {@link isOutputLost}.
 */
export function outliveReaders(): void {
  // Whatever is wrong with standard error, there is nowhere to tell it.
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost || goneCodes.includes(error.code ?? '')) return;
    isLost = true;
    // It may come after the command's own end.
    process.exitCode = 4;
    say(`kith: The standard output can't be written (${error.message}): free some space, or redirect it.`);
  });
}

/** Whether something that was to be shown is lost, though there is a reader: then the exit code is 4. */
export function isOutputLost(): boolean {
  return isLost;
}
