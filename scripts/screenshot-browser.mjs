// Takes the pictures of docs/exploring.md from the real Neo4j Browser of a running stack (KITH_HOME says which).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromiumIsMissing, findChromium, launchOptions } from './chromium.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const queries = join(root, 'cypher', 'explore');
const pictures = [
  ['closest-connections.cypher', 'browser-closest'],
  ['paths-behind-recommendation.cypher', 'browser-recommendation'],
  ['community.cypher', 'browser-community'],
];
const usage = `Usage: node scripts/screenshot-browser.mjs [--user ID] [--rec ID] [--out DIR]

Saves browser-*.png of the queries in cypher/explore, for the network that runs in $KITH_HOME.
  --user ID   whose connections are shown (the example of the queries)
  --rec ID    whose recommendation to the user is explained (the example of the queries)
  --out DIR   where the pictures go (docs/images)
Chromium is looked for in the usual places; CHROMIUM names another.`;

/** A sentence for a person. */
class ScreenshotError extends Error {}

function stackStatus() {
  const kith = [join(root, 'bin', 'kith.mjs'), 'status', '--json'];
  const { neo4j } = JSON.parse(execFileSync(process.execPath, kith, { encoding: 'utf8' }));
  if (neo4j.running && neo4j.browser) return neo4j;
  throw new ScreenshotError('No embedded Neo4j runs: start it with `kith up` (the same KITH_HOME), then try again.');
}

function idOf(option, text) {
  if (text === undefined || /^\d{1,10}$/.test(text)) return text;
  throw new ScreenshotError(`--${option} should be a user id, but is "${text}".`);
}

async function logIn(page, neo4j) {
  await page.goto(neo4j.browser);
  await page.getByTestId('bolt-scheme-select').selectOption('bolt://');
  await page.getByTestId('boltaddress').fill(neo4j.uri.replace('bolt://', ''));
  await page.getByTestId('username').fill(neo4j.username);
  await page.getByTestId('password').fill(neo4j.password);
  await page.getByTestId('connect').click();
  await page.getByText('You are connected as user').first().waitFor();
}

/** Types a command or a query and waits until its frame is there. */
async function run(page, text) {
  await page.locator('[data-testid=activeEditor] .monaco-editor').first().click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
  const frames = await page.getByTestId('frame').count();
  await page.getByTestId('editor-Run').click();
  await page.waitForFunction((before) => document.querySelectorAll('[data-testid=frame]').length !== before, frames);
}

/** Lets go of a file over the window, as somebody does with the mouse. */
async function drop(page, name, text) {
  const dataTransfer = await page.evaluateHandle(
    ([fileName, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], fileName));
      return transfer;
    },
    [name, text],
  );
  const target = page.getByTestId('activeEditor');
  for (const event of ['dragenter', 'dragover', 'drop']) await target.dispatchEvent(event, { dataTransfer });
}

/** Waits until the nodes of the graph have come to rest. */
async function settle(page) {
  const positions = () =>
    page.evaluate(() => [...document.querySelectorAll('g.node')].map((node) => node.getAttribute('transform')).join());
  let before = '';
  for (let i = 0; i < 60; i++) {
    const now = await positions();
    if (now !== '' && now === before) return;
    before = now;
    await page.waitForTimeout(500);
  }
}

async function showQuery(page, file, given) {
  const text = readFileSync(join(queries, file), 'utf8');
  for (const [command, name] of text.matchAll(/:param (\w+) => .+;/g))
    await run(page, given[name] === undefined ? command : `:param ${name} => ${given[name]};`);
  await run(page, text);
  const frame = page.getByTestId('frame').first();
  await frame.getByTestId('frame-loaded-contents').waitFor();
  await frame.getByTitle('Fullscreen', { exact: true }).click();
  return frame;
}

async function save(page, path) {
  await page.mouse.move(0, 0);
  await page.screenshot({ path });
  console.log(path);
}

async function photograph(page, given, out) {
  for (const [file, name] of pictures) {
    const frame = await showQuery(page, file, given);
    if ((await frame.getByTestId('cypherFrameSidebarVisualization').count()) === 0)
      throw new ScreenshotError(
        `${file} found nothing: give a --user and a --rec of this network (see \`kith show\`).`,
      );
    await settle(page);
    await frame.getByLabel('zoom-to-fit').or(frame.getByTitle('zoom-to-fit')).click();
    await page.waitForTimeout(1_000);
    await save(page, join(out, `${name}.png`));
    await frame.getByTitle('Close', { exact: true }).click();
  }
}

async function main() {
  const { values } = parseArgs({
    options: { user: { type: 'string' }, rec: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const given = { userId: idOf('user', values.user), recId: idOf('rec', values.rec) };
  const out = values.out ?? join(root, 'docs', 'images');
  const executablePath = findChromium();
  if (!executablePath) throw new ScreenshotError(chromiumIsMissing);
  const neo4j = stackStatus();
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

try {
  await main();
} catch (error) {
  if (!(error instanceof ScreenshotError) && error.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw error;
  console.error(`screenshot-browser: ${error.message}`);
  process.exitCode = 2;
}
