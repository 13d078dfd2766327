// Where Chromium is: what takes pictures needs it, and what tests pages.
import { existsSync } from 'node:fs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** What a person is told when there is none. */
export const chromiumIsMissing =
  'Chromium is missing: install it (Debian: `apt-get install chromium`), or name it in CHROMIUM=/path/to/chromium.';

/** The path of Chromium: that of $CHROMIUM, else the first of the usual places; undefined if there is none. */
export function findChromium(): string | undefined {
  const found = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
  return found && existsSync(found) ? found : undefined;
}

/** How it is launched: small, quiet, and able to run for root. */
export const launchOptions = {
  // Chromium's sandbox doesn't work for root.
  chromiumSandbox: process.getuid?.() !== 0,
  args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
};
