import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agenda } from 'agenda';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { dashboard } from '../../src/dashboard/dashboard.ts';
import { generate } from '../../src/generate/generate.ts';
import type { FinishedRun } from '../../src/jobs/conduct-run.ts';
import { runSettings } from '../../src/jobs/run-options.ts';
import { enqueueRuns } from '../../src/jobs/runs.ts';
import { openJobStore } from '../../src/jobs/worker/job-store.ts';
import { Database } from '../../src/postgres/database.ts';
import { viewerPassword, webPassword } from '../../src/web/guard.ts';
import { type PageServer, serve } from '../../src/web/serve.ts';
import { hasBrowser, openBrowser, openContext } from '../harness/browser.ts';
import { RunningCommand } from '../harness/command-line.ts';
import { TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';

const inBrowser = hasBrowser('The dashboard') ? describe : describe.skip;

inBrowser('the dashboard', () => {
  let network: TestNetwork;
  let database: Database;
  let store: { agenda: Agenda } & AsyncDisposable;
  let server: PageServer;
  let browser: Browser;
  let context: BrowserContext;
  let credentials: { username: string; password: string };
  let published: FinishedRun;
  const troubles: string[] = [];

  beforeAll(async () => {
    network = await TestNetwork.open();
    const { settings, stack } = network;
    const input = network.folder('20240601');
    await generate({ users: 200, activities: 4_000, messages: 100, seed: 5, out: input });
    appendFileSync(join(input, 'like.csv'), '1,two,3,2024-05-01 00:00:00,like\n');
    published = await network.run({ input });
    database = await Database.connect(stack.postgres.url);
    store = await openJobStore(stack.postgres.url, { lockLifetime: 60_000, onTrouble: (why) => troubles.push(why) });
    server = await serve(dashboard(settings, database, store.agenda), '127.0.0.1', 0);
    credentials = { username: 'kith', password: webPassword(settings) };
    browser = await openBrowser();
    context = await openContext(browser, { httpCredentials: credentials });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await store?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
    await network?.[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    for (const page of context.pages()) await page.close();
    // Whatever the browser refused or could not load, scripts and styles above all.
    expect(troubles.splice(0)).toEqual([]);
  });

  async function open(path: string): Promise<Page> {
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(error.message));
    const response = await page.goto(`${server.url}${path}`);
    expect(response?.status()).toBe(200);
    return page;
  }

  function authorization(password: string): Record<string, string> {
    return { authorization: `Basic ${Buffer.from(`kith:${password}`).toString('base64')}` };
  }

  test.each(['/', '/runs/x', '/style.css', '/jobs/', '/jobs/api'])(
    'lets nobody see %s without the password',
    async (path) => {
      for (const headers of [{}, authorization('wrong'), authorization('')]) {
        const response = await fetch(`${server.url}${path}`, { headers });
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toMatch(/^Basic /);
        expect(await response.text()).toBe('Name and password?\n');
      }
      const stranger = await openContext(browser, { httpCredentials: { username: 'kith', password: 'wrong' } });
      const page = await stranger.newPage();
      expect((await page.goto(`${server.url}${path}`))?.status()).toBe(401);
      await stranger.close();
    },
  );

  test('shows a run that was published: its steps on a time axis, rows, rejected lines, checks', async () => {
    const page = await open('/');
    const hero = page.locator('.hero');
    expect(await textOf(hero.locator('.badge'))).toBe('published');
    const bars = hero.locator('.timeline [data-step] .fill');
    expect(await bars.count()).toBe(5);
    const places = await Promise.all((await bars.all()).map(placeOf));
    const [ingest, closest, reputation, recommend, publish] = places as [Place, Place, Place, Place, Place];
    for (const { left, right } of places) expect(right - left).toBeGreaterThan(0);
    for (const later of [closest, reputation]) expect(later.left).toBeGreaterThanOrEqual(ingest.right - 4);
    expect(publish.left).toBeGreaterThanOrEqual(recommend.right - 4);

    const text = await textOf(hero);
    const counts = await network.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM graph_recs.closest_connections
       UNION ALL SELECT count(*)::int FROM graph_recs.recommendations
       UNION ALL SELECT count(*)::int FROM graph_recs.rec_reasons`,
    );
    expect(counts.rows.every(({ n }) => n > 0)).toBe(true);
    for (const { n } of counts.rows) expect(text).toContain(n.toLocaleString('en'));
    expect(text).toContain('1 rejected');
    expect(text).toContain('nobody was filtered by reputation');
    const checks = published.summary.checks ?? [];
    expect(checks.length).toBeGreaterThan(8);
    expect(await hero.locator('.check.passed').count()).toBe(
      checks.filter(({ outcome }) => outcome === 'passed').length,
    );
  });

  test('shows the files, the checks and the settings of one run', async () => {
    const page = await open('/');
    await page.locator('.hero h2 a').click();
    await page.waitForURL(`**/runs/${published.run.id}`);
    const like = page.locator('[data-file="like.csv"]');
    const file = published.summary.files?.find((each) => each.file === 'like.csv');
    const cells = [file?.lines, file?.parsed, 1, file?.selfDropped];
    expect(await like.locator('td').allInnerTexts()).toEqual(cells.map((cell) => cell?.toLocaleString('en')));
    const all = await textOf(page.locator('main'));
    expect(all).toContain(published.summary.rejects);
    for (const { name, sentence, outcome } of published.summary.checks ?? []) {
      const row = await textOf(page.locator(`[data-check="${name}"]`));
      expect(row).toContain(sentence);
      expect(row).toContain(outcome);
    }
    expect(all).toContain('90 days, linear decay');
    const started = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download the rejected lines' }).click();
    const downloaded = await started;
    expect(downloaded.suggestedFilename()).toBe(`rejects-${published.run.id}.csv`);
    const rejects = readFileSync(published.summary.rejects as string, 'utf8');
    expect(rejects).toContain('1,two,3,2024-05-01');
    expect(readFileSync(await downloaded.path(), 'utf8')).toBe(rejects);
  });

  test("shows a run's log, masked and as text, and lets it be downloaded", async () => {
    const { id } = published.run;
    const log = join(network.settings.home, 'runs', id, 'log.jsonl');
    const written = readFileSync(log, 'utf8').trim().split('\n');
    const events = written.map((line) => JSON.parse(line)).map(({ step, msg }) => `${step ?? ''} ${msg}`.trim());
    expect(events[0]).toBe('ingest step begins');
    expect(events).toEqual(expect.arrayContaining(['closest step done', 'publish step done']));
    expect(events.at(-1)).toBe('run published');
    const password = encodeURIComponent(new URL(network.stack.postgres.url).password);
    const odd = { level: 'warn', msg: `<b>\u001b[31m\n${password}` };
    appendFileSync(log, `${JSON.stringify(odd)}\nno JSON <img src=x onerror=alert(1)>\n`);
    appendFileSync(log, `${'{"msg":"one more"}\n'.repeat(150)}`);
    const page = await open(`/runs/${id}`);
    const text = (await page.locator('.log').textContent()) ?? '';
    expect(text.split('\n').length).toBe(Math.min(200, written.length + 152));
    expect(text).toMatch(/ info step done step=publish seconds=\S+ rows=\d+/);
    expect(text).toContain('<b>\\x1b[31m\\n***');
    expect(text).toContain('no JSON <img src=x onerror=alert(1)>');
    expect(await page.locator('main :is(b, img)').count()).toBe(0);
    const started = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download the whole log' }).click();
    const downloaded = readFileSync(await (await started).path(), 'utf8');
    expect(downloaded.split('\n').length).toBe(readFileSync(log, 'utf8').split('\n').length);
    expect(downloaded).not.toContain(password);
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  test('shows why a run failed, and markup in it as text', async () => {
    const input = network.folder('<img src=x onerror=alert(1)>');
    mkdirSync(input);
    writeFileSync(join(input, 'like.csv'), '<b>bad</b>\n');
    await expect(network.run({ input, asOf: '2024-06-02T00:00:00Z' })).rejects.toThrow('1 bad row');
    const page = await open('/');
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    const error = await textOf(page.locator('.hero [role=alert]'));
    expect(error).toContain('<img src=x onerror=alert(1)>/like.csv has 1 bad row in 1 line');
    expect(await page.locator('main img').count()).toBe(0);
    expect(await textOf(page.locator('.hero .badge'))).toBe('failed');
    expect(await page.locator('.hero [data-step=ingest].failed').count()).toBe(1);
    expect(await textOf(page.locator('.hero'))).toContain('The tables are as of 1 June 2024, published ');
    expect(await page.locator('.chart').count()).toBe(3);
    expect(await page.locator('.runs tbody tr').count()).toBe(2);
    expect(dialogs).toEqual([]);
  });

  test('shows queued runs', async () => {
    const wanted = [3, 4].map((day) => ({
      input: `s3://bucket/2024060${day}`,
      asOf: Date.UTC(2024, 5, day) / 1000,
      scores: undefined,
      settings: runSettings(network.settings, undefined),
    }));
    const [id] = await enqueueRuns(database, wanted);
    const page = await open('/');
    expect(await textOf(page.locator('.waiting h2'))).toBe('2 runs in the queue');
    const listed = await until('both', async () => {
      const texts = await page.locator('.waiting li').allInnerTexts();
      return texts.length === 2 && texts;
    });
    expect(listed).toEqual([
      expect.stringMatching(/^queued\s+3 June 2024\s+since .* · s3:\/\/bucket\/20240603$/),
      expect.stringContaining('4 June 2024'),
    ]);
    await page.goto(`${server.url}/runs/${id}`);
    expect(await textOf(page.locator('h1 .badge'))).toBe('queued');
    expect(await page.locator('[data-step]').count()).toBe(0);
  });

  test('reloads by itself while a run is in progress, and shows its progress', async () => {
    await database.query('sql/runs/take-next.sql');
    const { rows } = await network.pool.query<{ id: string }>("SELECT id FROM kith.runs WHERE status = 'running'");
    const page = await open('/');
    expect(await textOf(page.locator('.hero .badge'))).toBe('running');
    expect(await page.locator('.hero [data-step]').count()).toBe(0);
    await database.query('sql/steps/begin.sql', [rows[0]?.id, 'ingest', 'host:1']);
    await page.locator('.hero [data-step=ingest].running').waitFor({ state: 'attached' });
    expect(await textOf(page.locator('.hero .lane.running'))).toContain('running · ');
    await network.pool.query("UPDATE kith.runs SET status = 'failed', finished_at = now() WHERE status <> 'published'");
  });

  test('shows the jobs in Agendash', async () => {
    store.agenda.define('kith step', async () => undefined);
    const job = store.agenda.create('kith step', { runId: published.run.id, step: 'closest' });
    await job.schedule(new Date(Date.now() + 3_600_000)).save();
    const page = await open('/');
    await page.getByRole('link', { name: 'Jobs' }).click();
    await page.locator('table tbody tr', { hasText: 'kith step' }).waitFor();
    expect(await page.title()).toBe('Agendash');
    const answer = await page.evaluate(async () => {
      const body = JSON.stringify({ jobName: 'made here' });
      const response = await fetch('api/jobs/create', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      return response.json();
    });
    expect(answer).toEqual({ created: true });
  });

  test('does not let other sites change a job', async () => {
    const page = await context.newPage();
    await page.setContent(
      `<form method="post" action="${server.url}/jobs/api/jobs/create"><input name="jobName" value="forged"><button>go</button></form>`,
    );
    const [response] = await Promise.all([page.waitForNavigation(), page.locator('button').click()]);
    expect(response?.status()).toBe(403);
    const body = JSON.stringify({ jobName: 'forged' });
    const json = { ...authorization(credentials.password), 'content-type': 'application/json' };
    const others: Record<string, string>[] = [
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const other of others) {
      const headers = { ...json, ...other };
      const refused = await fetch(`${server.url}/jobs/api/jobs/create`, { method: 'POST', headers, body });
      expect(refused.status).toBe(403);
    }
    expect((await store.agenda.queryJobs({ name: 'forged' })).total).toBe(0);
    expect((await store.agenda.queryJobs({ name: 'made here' })).total).toBe(1);
  });

  test('runs a run again, and gives it up, once that is confirmed; a viewer and other sites may not', async () => {
    const page = await open(`/runs/${published.run.id}`);
    await page.getByRole('link', { name: 'Run again' }).click();
    await page.getByRole('heading', { name: 'Run again?' }).waitFor();
    const waiting = "SELECT id FROM kith.runs WHERE status = 'queued'";
    const address = page.url();
    const foreign = { ...authorization(credentials.password), origin: 'https://elsewhere.example' };
    const viewer = Buffer.from(`viewer:${viewerPassword(network.settings)}`).toString('base64');
    for (const headers of [foreign, { authorization: `Basic ${viewer}` }])
      expect((await fetch(address, { method: 'POST', headers })).status).toBe(403);
    const asked = await fetch(address, { headers: { authorization: `Basic ${viewer}` } });
    expect([asked.status, await asked.text()]).toEqual([409, expect.not.stringContaining('<form method="post"')]);
    expect((await network.pool.query(waiting)).rows).toEqual([]);
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.locator('h1 .badge.queued').waitFor();
    const { rows } = await network.pool.query<{ id: string }>(waiting);
    expect(rows.map(({ id }) => `${server.url}/runs/${id}`)).toEqual([page.url()]);
    const again = await database.query('sql/runs/one.sql', [rows[0]?.id]);
    const first = await database.query('sql/runs/one.sql', [published.run.id]);
    for (const column of ['as_of', 'input', 'settings', 'engine'])
      expect(again[0]?.[column as 'id']).toEqual(first[0]?.[column as 'id']);
    const twice = await fetch(address, { method: 'POST', headers: authorization(credentials.password) });
    expect([twice.status, await twice.text()]).toEqual([409, expect.stringContaining('is queued or running already')]);
    // The page may load itself anew just when it is clicked on.
    const giveUp = page.getByRole('link', { name: 'Give up' });
    await page.goto(new URL((await giveUp.getAttribute('href')) ?? '', page.url()).href);
    await page.getByRole('button', { name: 'Give up' }).click();
    await page.locator('h1 .badge.failed').waitFor();
    expect((await network.pool.query(waiting)).rows).toEqual([]);
    expect(await page.getByRole('link', { name: 'Give up' }).count()).toBe(0);
  });

  test.each([
    '/runs/none',
    '/runs/%00',
    '/runs/%3Cb%3E',
    '/runs/..%2f..%2fx/rejects.csv',
    '/runs/none/rejects.csv',
    '/runs/none/log.jsonl',
    '/runs/..%2f..%2fx/log.jsonl',
    '/elsewhere',
  ])('says that there is nothing at %s', async (path) => {
    const page = await context.newPage();
    expect((await page.goto(`${server.url}${path}`))?.status()).toBe(404);
    expect(await textOf(page.locator('h1'))).toMatch(/^No (such run|such page|rejected lines|log)$/);
    expect(await page.locator('main b').count()).toBe(0);
  });

  test('fits a phone', async () => {
    const page = await open('/');
    await page.setViewportSize({ width: 390, height: 800 });
    for (const path of ['/', `/runs/${published.run.id}`]) {
      await page.goto(`${server.url}${path}`);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    }
  });

  test('sends pages that may not be cached or framed', async () => {
    const { headers } = await fetch(server.url, { headers: authorization(credentials.password) });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
  });

  test('is served by kith dashboard until it is stopped', async () => {
    const { home } = network.settings;
    const command = new RunningCommand(['dashboard', '--port', '0'], { KITH_HOME: home });
    const line = await new Promise<string>((resolve) =>
      command.process.stdout?.once('data', (text) => resolve(`${text}`)),
    );
    const [, url, file] = /^(http:\/\/127\.0\.0\.1:\d+)\/ {2}name kith, password in (.+)\n$/.exec(line) ?? [];
    expect(file).toBe(join(home, 'passwords', 'web'));
    const page = await context.newPage();
    expect((await page.goto(`${url}/`))?.status()).toBe(200);
    expect(await command.end('SIGTERM')).toMatchObject({ code: 0, stdout: line });
  });
});

/** As a person reads it, the titles of pictures included. */
async function textOf(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();
}

async function placeOf(locator: Locator): Promise<Place> {
  const box = await locator.boundingBox();
  if (!box) throw new Error('the bar is not to be seen');
  return { left: box.x, right: box.x + box.width };
}

interface Place {
  left: number;
  right: number;
}
