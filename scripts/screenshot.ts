// What both scripts that take pictures share.
import { codeOf } from '../src/engines/failure.ts';

/** A sentence for a person. */
export class ScreenshotError extends Error {}

/** Runs the script; a person's mistake is told in one sentence. */
export async function runScreenshots(script: string, main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const isMistake = error instanceof ScreenshotError || codeOf(error).startsWith('ERR_PARSE_ARGS_');
    if (!isMistake || !(error instanceof Error)) throw error;
    console.error(`${script}: ${error.message}`);
    process.exitCode = 2;
  }
}
