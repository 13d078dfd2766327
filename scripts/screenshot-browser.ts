// Takes the pictures for docs/exploring.md from the Neo4j Browser of a running stack (the one in KITH_HOME).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { projectRoot } from '../src/config/project.ts';
import type { StackStatus } from '../src/engines/stack.ts';
import { chromiumIsMissing, findChromium, launchOptions } from './chromium.ts';
import { runScreenshots, ScreenshotError } from './screenshot.ts';

const queries = join(projectRoot, 'cypher', 'explore');
const pictures: [query: string, picture: string][] = [
  ['closest-connections.cypher', 'browser-closest'],
  ['paths-behind-recommendation.cypher', 'browser-recommendation'],
  ['community.cypher', 'browser-community'],
];
const usage = `Usage: npx tsx scripts/screenshot-browser.ts [--user ID] [--rec ID] [--out DIR]

Saves browser-*.png with the results of the queries in cypher/explore, for the network running in $KITH_HOME.
  --user ID   the user whose connections to show (default: the example in the queries)
  --rec ID    the recommended user to explain (default: the example in the queries)
  --out DIR   where to save the pictures (default: docs/images)
Chromium is looked for in the usual places, or at $CHROMIUM if that is set.`;

type RunningNeo4j = Required<StackStatus['neo4j']>;
/** Values for the queries' parameters, instead of their examples. */
type Given = Record<string, string | undefined>;

function runningNeo4j(): RunningNeo4j {
  const kith = [join(projectRoot, 'bin', 'kith.mjs'), 'status', '--json'];
  const { neo4j } = JSON.parse(execFileSync(process.execPath, kith, { encoding: 'utf8' }));
  if (neo4j.running && neo4j.browser) return neo4j;
  throw new ScreenshotError(
    'No embedded Neo4j is running: start it with `kith up` (with the same KITH_HOME), then try again.',
  );
}

function idOf(option: string, text: string | undefined): string | undefined {
  if (text === undefined || /^\d{1,10}$/.test(text)) return text;
  throw new ScreenshotError(`--${option} should be a user id, but is "${text}".`);
}

async function logIn(page: Page, neo4j: RunningNeo4j): Promise<void> {
  await page.goto(neo4j.browser);
  await page.getByTestId('bolt-scheme-select').selectOption('bolt://');
  await page.getByTestId('boltaddress').fill(neo4j.uri.replace('bolt://', ''));
  await page.getByTestId('username').fill(neo4j.username);
  await page.getByTestId('password').fill(neo4j.password);
  await page.getByTestId('connect').click();
  await page.getByText('You are connected as user').first().waitFor();
}

/** Types a command or a query and waits for its frame. */
async function run(page: Page, text: string): Promise<void> {
  await page.locator('[data-testid=activeEditor] .monaco-editor').first().click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
  const frames = await page.getByTestId('frame').count();
  await page.getByTestId('editor-Run').click();
  await page.waitForFunction(`document.querySelectorAll('[data-testid=frame]').length !== ${frames}`);
}

/** Drops a file on the window, as with the mouse. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const file = `new File([${JSON.stringify(text)}], ${JSON.stringify(name)})`;
  const dataTransfer = await page.evaluateHandle(
    `(() => { const transfer = new DataTransfer(); transfer.items.add(${file}); return transfer; })()`,
  );
  const target = page.getByTestId('activeEditor');
  for (const event of ['dragenter', 'dragover', 'drop']) await target.dispatchEvent(event, { dataTransfer });
}

/** Waits until the graph's nodes have stopped moving. */
async function settle(page: Page): Promise<void> {
  const positions = () =>
    page.evaluate<string>(
      "[...document.querySelectorAll('g.node')].map((node) => node.getAttribute('transform')).join()",
    );
  let before = '';
  for (let i = 0; i < 60; i++) {
    const now = await positions();
    if (now !== '' && now === before) return;
    before = now;
    await page.waitForTimeout(500);
  }
}

async function showQuery(page: Page, file: string, given: Given): Promise<Locator> {
  const text = readFileSync(join(queries, file), 'utf8');
  for (const [command, name = ''] of text.matchAll(/:param (\w+) => .+;/g))
    await run(page, given[name] === undefined ? command : `:param ${name} => ${given[name]};`);
  await run(page, text);
  const frame = page.getByTestId('frame').first();
  await frame.getByTestId('frame-loaded-contents').waitFor();
  await frame.getByTitle('Fullscreen', { exact: true }).click();
  return frame;
}

async function save(page: Page, path: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.screenshot({ path });
  console.log(path);
}

async function photograph(page: Page, given: Given, out: string): Promise<void> {
  for (const [file, name] of pictures) {
    const frame = await showQuery(page, file, given);
    if ((await frame.getByTestId('cypherFrameSidebarVisualization').count()) === 0)
      throw new ScreenshotError(
        `${file} found nothing: give a --user and a --rec from this network (see \`kith show\`).`,
      );
    await settle(page);
    await frame.getByLabel('zoom-to-fit').or(frame.getByTitle('zoom-to-fit')).click();
    await page.waitForTimeout(1_000);
    await save(page, join(out, `${name}.png`));
    await frame.getByTitle('Close', { exact: true }).click();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { user: { type: 'string' }, rec: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const given = { userId: idOf('user', values.user), recId: idOf('rec', values.rec) };
  const out = values.out ?? join(projectRoot, 'docs', 'images');
  const executablePath = findChromium();
  if (!executablePath) throw new ScreenshotError(chromiumIsMissing);
  const neo4j = runningNeo4j();
  mkdirSync(out, { recursive: true });
  const { chromium } = await import('playwright-core');
  const profile = mkdtempSync(join(tmpdir(), 'kith-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    ...launchOptions,
    viewport: { width: 1200, height: 720 },
    deviceScaleFactor: 1.5,
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await logIn(page, neo4j);
    await run(page, ':config {autoComplete: false}');
    await drop(page, 'browser.grass', readFileSync(join(queries, 'browser.grass'), 'utf8'));
    await photograph(page, given, out);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

await runScreenshots('screenshot-browser', main);
