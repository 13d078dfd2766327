import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { chromiumIsMissing, findChromium, launchOptions } from '../../scripts/chromium.ts';

const executablePath = findChromium();

/** Whether there is a Chromium to test with; says on standard error what is not tested otherwise. */
export function hasBrowser(what: string): boolean {
  if (!executablePath) process.stderr.write(`${what} is not tested: ${chromiumIsMissing}\n`);
  return executablePath !== undefined;
}

/** A browser, for whose start Playwright would wait half a minute only. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, ...launchOptions, timeout: 600_000 });
}

/** A context whose pages wait ten minutes for what a test expects of them, where Playwright gives up after half of one. */
export async function openContext(browser: Browser, options?: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(600_000);
  return context;
}
