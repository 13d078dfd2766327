// Takes docs/images/dashboard.png or, with --user, user.png from a running `kith dashboard` (the password is the one in
// KITH_HOME).
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../src/config/project.ts';
import { chromiumIsMissing, findChromium, launchOptions } from './chromium.ts';
import { runScreenshots, ScreenshotError } from './screenshot.ts';

const usage = `Usage: npx tsx scripts/screenshot-dashboard.ts [--url URL] [--user ID [--why ID]] [--out FILE] [--width N] [--height N] [--dark]

Saves a picture of the dashboard that runs at URL.
  --url URL    the page (default: http://127.0.0.1:3007/)
  --user ID    the page of this user there, in docs/images/user.png
  --why ID     with the explanation of this one
  --out FILE   the picture (default: docs/images/dashboard.png)
  --width N    width of the window in pixels (default: 1280)
  --height N   height of the picture in pixels (default: the whole page)
  --dark       use the dark color scheme
The password is KITH_WEB_PASSWORD, or else the one in $KITH_HOME (default: .kith). Chromium is looked for in the usual
places, or at $CHROMIUM if that is set.`;

function webPassword(): string {
  const file = join(process.env.KITH_HOME ?? join(projectRoot, '.kith'), 'passwords', 'web');
  if (process.env.KITH_WEB_PASSWORD) return process.env.KITH_WEB_PASSWORD;
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  throw new ScreenshotError(`There is no ${file}: set KITH_HOME to the dashboard's home.`);
}

function pixels(option: string, text: string): number {
  if (/^[1-9]\d{1,3}$/.test(text)) return Number(text);
  throw new ScreenshotError(`--${option} should be a number of pixels, but is "${text}".`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:3007/' },
      user: { type: 'string' },
      why: { type: 'string' },
      out: { type: 'string' },
      width: { type: 'string', default: '1280' },
      height: { type: 'string' },
      dark: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const { user, why } = values;
  const out = values.out ?? join(projectRoot, 'docs', 'images', user === undefined ? 'dashboard.png' : 'user.png');
  const page = user === undefined ? '' : `users/${encodeURIComponent(user)}`;
  const url = new URL(why === undefined ? page : `${page}?why=${encodeURIComponent(why)}`, values.url).href;
  const width = pixels('width', values.width);
  const height = values.height === undefined ? undefined : pixels('height', values.height);
  const executablePath = findChromium();
  if (!executablePath) throw new ScreenshotError(chromiumIsMissing);
  mkdirSync(dirname(out), { recursive: true });
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath, ...launchOptions });
  try {
    const tab = await browser.newPage({
      httpCredentials: { username: 'kith', password: webPassword() },
      viewport: { width, height: height ?? 900 },
      colorScheme: values.dark ? 'dark' : 'light',
    });
    const response = await tab.goto(url).catch(() => undefined);
    if (!response?.ok())
      throw new ScreenshotError(
        `${url} ${response ? `answers ${response.status()}` : 'does not answer'}: is this the URL of this home's \`kith dashboard\`?`,
      );
    await tab.screenshot({ path: out, fullPage: height === undefined });
    console.log(out);
  } finally {
    await browser.close();
  }
}

await runScreenshots('screenshot-dashboard', main);
