// Finds Chromium, for the screenshot scripts and for the tests of pages.
import { existsSync } from 'node:fs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The message if there is none. */
export const chromiumIsMissing =
  'Chromium is missing: install it (Debian: `apt-get install chromium`), or set CHROMIUM=/path/to/chromium.';

/** The path of Chromium: $CHROMIUM, or else the first of the usual places; undefined if there is none. */
export function findChromium(): string | undefined {
  const found = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
  return found && existsSync(found) ? found : undefined;
}

/** Options to launch it with: quiet, without extras, and able to run as root. */
export const launchOptions = {
  // Chromium's sandbox doesn't work as root.
  chromiumSandbox: process.getuid?.() !== 0,
  args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
};
