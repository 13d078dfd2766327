// Shared by the screenshot scripts.
import { codeOf } from '../src/engines/failure.ts';

/** A mistake of the person, explained in a sentence. */
export class ScreenshotError extends Error {}

/** Runs the script; a person's mistake is reported in one sentence. */
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
