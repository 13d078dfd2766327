import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agenda } from 'agenda';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { dashboard } from '../../src/dashboard/dashboard.ts';
import { generate } from '../../src/generate/generate.ts';
import { openJobStore } from '../../src/jobs/worker/job-store.ts';
import { setSchedule } from '../../src/jobs/worker/schedule.ts';
import { Database } from '../../src/postgres/database.ts';
import { writeModel } from '../../src/scoring/reputation/model-folder.ts';
import { changeTo, previewUser } from '../../src/show/preview.ts';
import { viewerPassword } from '../../src/web/guard.ts';
import { type PageServer, serve } from '../../src/web/serve.ts';
import { hasBrowser, openBrowser, openContext } from '../harness/browser.ts';
import { bullishModel } from '../harness/hand-made-model.ts';
import { TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';

const inBrowser = hasBrowser('The page of a user') ? describe : describe.skip;

const idle = 4711;
const asOf = '2024-06-01T00:00:00Z';

inBrowser("a user's page", () => {
  let network: TestNetwork;
  let database: Database;
  let store: { agenda: Agenda } & AsyncDisposable;
  let server: PageServer;
  let browser: Browser;
  let context: BrowserContext;
  let credentials: { username: string; password: string };
  let scores: string;
  let before: Rows;
  let after: Rows;
  /** Somebody for whom the second run recommends others than the first. */
  let user: number;
  const troubles: string[] = [];

  beforeAll(async () => {
    network = await TestNetwork.open();
    const { settings, stack } = network;
    const input = network.folder('20240601');
    await generate({ users: 300, activities: 4_000, messages: 100, seed: 5, out: input });
    appendFileSync(join(input, 'user.csv'), `${idle},,,,,,,,,,,0\n`);
    scores = join(input, '..', 'scores.csv');
    const ids = Array.from({ length: 300 }, (_, i) => i);
    const lines = ids.filter((id) => id % 5 > 0).map((id) => `${id},${((id * 37) % 100) / 100}`);
    writeFileSync(scores, `user_id,pred\n${lines.join('\n')}\n`);
    // Its name is the user's own business, and may look like anything.
    const odd = network.folder('<img src=x onerror=alert(1)>');
    cpSync(input, odd, { recursive: true });
    await network.run({ input, asOf: '2024-05-25T00:00:00Z', reputation: scores });
    before = await recommended();
    await network.run({ input: odd, asOf, reputation: scores });
    after = await recommended();
    user = [...after.keys()].find((id) => difference(after.get(id), before.get(id)).length > 0) as number;
    database = await Database.connect(stack.postgres.url);
    store = await openJobStore(stack.postgres.url, { lockLifetime: 60_000, onTrouble: (why) => troubles.push(why) });
    server = await serve(dashboard(settings, database, store.agenda), '127.0.0.1', 0);
    credentials = { username: 'viewer', password: viewerPassword(settings) as string };
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
    expect(troubles.splice(0)).toEqual([]);
  });

  /** Everybody's published recommendations, the best first. */
  async function recommended(): Promise<Rows> {
    const { rows } = await network.pool.query<{ user_id: number; ids: number[] }>(
      'SELECT user_id, array_agg(rec_id ORDER BY rank) AS ids FROM graph_recs.recommendations GROUP BY user_id ORDER BY 1',
    );
    return new Map(rows.map(({ user_id, ids }) => [user_id, ids]));
  }

  async function open(path: string, at = server, within = context): Promise<Page> {
    const page = await within.newPage();
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('dialog', (dialog) => {
      troubles.push(dialog.message());
      void dialog.dismiss();
    });
    expect((await page.goto(`${at.url}${path}`))?.status()).toBe(200);
    return page;
  }

  test('shows the published lists, with ranks, scores, sources and the people because of whom', async () => {
    const page = await open(`/users/${user}`);
    const { rows } = await network.pool.query<Record<'rec_id' | 'rank', number> & Record<'score' | 'source', string>>(
      'SELECT rec_id, rank, score, source FROM graph_recs.recommendations WHERE user_id = $1 ORDER BY rank',
      [user],
    );
    expect(rows.length).toBeGreaterThan(3);
    const lines = page.locator('[data-recommended]');
    expect(await lines.count()).toBe(rows.length);
    for (const { rec_id, rank, score, source } of rows) {
      const line = page.locator(`[data-recommended="${rec_id}"]`);
      const cells = await line.locator('th, td').allInnerTexts();
      expect(cells.slice(0, 3)).toEqual([String(rank), String(rec_id), Number(score).toFixed(4)]);
      expect(cells[4]).toBe(source);
      const reasons = await network.pool.query<{ reason_id: number }>(
        'SELECT reason_id FROM graph_recs.rec_reasons WHERE user_id = $1 AND rec_id = $2',
        [user, rec_id],
      );
      const named = await line.locator('td[data-label="because of"] a').allTextContents();
      expect(named.map(Number).sort()).toEqual(reasons.rows.map(({ reason_id }) => reason_id).sort());
    }
    const closest = await network.pool.query<{ closest_connection: number }>(
      'SELECT closest_connection FROM graph_recs.closest_connections WHERE user_id = $1 ORDER BY rank',
      [user],
    );
    const shown = await page.locator('[data-closest] th').allInnerTexts();
    expect(shown.map(Number)).toEqual(closest.rows.map(({ closest_connection }) => closest_connection));
    const bars = await Promise.all((await page.locator('[data-closest] .weight .fill').all()).map(widthOf));
    expect(bars).toEqual(bars.toSorted((a, b) => b - a));
    expect(bars[0]).toBeGreaterThan(bars.at(-1) as number);
    const first = page.locator('[data-closest]').first();
    await first.locator('summary').click();
    expect(await first.locator('.activities li').first().textContent()).toMatch(
      /^2024-\d\d-\d\d \d\d:\d\d:\d\d UTC +\w+/,
    );
  });

  test('draws how recommendations come about, and names why others were left out; everybody in it is a link', async () => {
    const page = await open(`/users/${user}`);
    const ids = async (kind: string) => (await page.locator(`.flow a.${kind}`).all()).map(idOf);
    expect(await Promise.all(await ids('recommended'))).toEqual(after.get(user));
    const between = await Promise.all(await ids('between'));
    const { rows } = await network.pool.query<{ id: number }>(
      'SELECT DISTINCT reason_id AS id FROM graph_recs.rec_reasons WHERE user_id = $1',
      [user],
    );
    expect(between).toEqual(expect.arrayContaining(rows.map(({ id }) => id)));
    const labels = await page.locator('.flow a.left-out text').allTextContents();
    expect(labels.length).toBeGreaterThan(3);
    const given = new Map(lines(scores).map((line) => line.split(',') as [string, string]));
    const folder = join(scores, '..', '20240601');
    const kinds = new Set<string>();
    for (const label of labels) {
      const [, id = '', kind = '', rest = ''] =
        /^(\d+): (followed since|reputation|no reputation|rank) ?(.*)$/.exec(label) ?? [];
      kinds.add(kind);
      const follows = lines(join(folder, 'follow.csv')).map((line) => line.split(','));
      const own = follows.filter(([from, to, at = '']) => from === String(user) && to === id && at < asOf.slice(0, 10));
      if (kind === 'followed since') expect(own.map(([, , at]) => at?.slice(0, 10)).sort()[0]).toBe(rest);
      else if (kind === 'reputation') expect([rest, Number(rest) < 0.5]).toEqual([String(Number(given.get(id))), true]);
      else if (kind === 'no reputation') expect(given.has(id)).toBe(false);
      else expect([kind, Number(rest.split(',')[0]) > 20]).toEqual(['rank', true]);
    }
    expect(kinds).toContain('reputation');
    const [target] = after.get(user) as number[];
    await page.locator('.flow a.recommended').first().click();
    await page.waitForURL(`**/users/${target}`);
  });

  test('says why somebody is recommended: the score is the sum of reasons with dated activities', async () => {
    const page = await open(`/users/${user}`);
    const [rec] = after.get(user) as number[];
    await page
      .locator(`[data-recommended="${rec}"]`)
      .getByRole('link', { name: `why ${rec}` })
      .click();
    await page.waitForURL(`**/users/${user}?why=${rec}#why`);
    const why = page.locator('#why');
    expect(await textOf(why)).toContain(`${rec} is recommended to ${user}: rank 1, score `);
    const weights = (await why.locator('tbody .number').allInnerTexts()).map(Number);
    const total = Number(await why.locator('tfoot .number').textContent());
    expect(weights.length).toBeGreaterThan(0);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(total, 2);
    await why.locator('summary').first().click();
    expect(await why.locator('.activities li').first().textContent()).toMatch(/^2024-\d\d-\d\d/);
  });

  test('says why somebody is not recommended', async () => {
    const page = await open(`/users/${user}`);
    const left = page.locator('.flow a.left-out', { hasText: 'reputation' }).first();
    const id = await idOf(left);
    await page.getByLabel('Their id').fill(String(id));
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.waitForURL(`**/users/${user}?asked=${id}`);
    expect(await page.locator('#why [data-obstacle=reputation]').count()).toBe(1);
    await page.goto(`${server.url}/users/${user}?why=${idle}`);
    expect(await page.locator('#why [data-obstacle=no-path]').count()).toBe(1);
    await page.goto(`${server.url}/users/${user}?why=99999`);
    expect(await textOf(page.locator('#why'))).toContain('The graph has no user 99999');
    expect(await page.locator('[data-recommended]').count()).toBeGreaterThan(3);
  });

  test('says what changed since the run before', async () => {
    const page = await open(`/users/${user}`);
    const line = async (name: string) => {
      const row = page.locator('.changes .plain div', { hasText: name });
      return (await row.locator('a').allTextContents()).map(Number);
    };
    expect(await line('Recommended since this run')).toEqual(difference(after.get(user), before.get(user)));
    expect(await line('Recommended no more')).toEqual(difference(before.get(user), after.get(user)));
    // Without the lists of the run before, created_at still tells who came in, and nobody knows who went.
    await network.pool.query('TRUNCATE kith.past_lists, kith.past_recommendations');
    await page.reload();
    expect(await line('Recommended since this run')).toEqual(difference(after.get(user), before.get(user)));
    expect(await textOf(page.locator('.changes'))).toContain('not known: what the run before recommended is not kept');
  });

  test("says as of when it is, how old that is, and when the next run is due in the schedule's zone", async () => {
    const page = await open(`/users/${user}`);
    const fresh = () =>
      until('the job store to answer in time', async () => {
        await page.reload();
        const text = await textOf(page.locator('.fresh'));
        return !text.includes('is not known') && text;
      });
    expect(await fresh()).toMatch(
      /^The tables are as of 1 June 2024, published .+ \(UTC\), .+ ago\. No next run is scheduled/,
    );
    const schedule = { cron: '0 7 * * *', timeZone: 'America/New_York', inputRoot: '/data' };
    await setSchedule(store.agenda, schedule, true, new Date());
    expect(await fresh()).toMatch(/Next run due \d+ \w+ \d{4}, 07:00:00 \(America\/New_York\)\.$/);
  });

  test('gives statements to copy that show the same', async () => {
    const page = await open(`/users/${user}?why=${idle}`);
    const copies = await page.locator('.by-hand pre').allTextContents();
    expect(copies[0]).toBe(`kith show ${user}\nkith show ${user} --why ${idle}`);
    const results = (await network.pool.query(copies[1] as string)) as unknown as { rows: { userId: number }[] }[];
    expect(results[1]?.rows.map(({ userId }) => userId)).toEqual(after.get(user));
    const paths = copies.at(-1);
    expect(paths).toContain(`\n:param userId => ${user};\n:param recId => ${idle};\n:param windowDays => 90;\n`);
    expect(paths).not.toContain('// :param');
  });

  test('previews other settings beside what is published, without script, and changes nothing', async () => {
    const plain = await openContext(browser, { httpCredentials: credentials, javaScriptEnabled: false });
    const page = await open(`/users/${user}`, server, plain);
    const trace = async () => [await network.userProperties(), await network.tables()];
    const untouched = await trace();
    await page.locator('summary', { hasText: 'Settings to try' }).click();
    await page.getByLabel('min reputation').fill('0.2');
    await page.getByLabel('base reply').fill('3');
    await page.getByLabel('window days').fill('10');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.waitForURL(`**/users/${user}/preview?**`);
    const { user: told, recommendations } = await previewUser(
      network.settings,
      user,
      changeTo({ KITH_MIN_REPUTATION: '0.2', KITH_BASE_REPLY: '3', KITH_WINDOW_DAYS: '10' }, String),
      { onProgress: () => undefined },
    );
    expect(told.recommendations.length).toBeGreaterThan(0);
    const shown = await Promise.all(
      (await page.locator('[data-recommended]').all()).map(async (row) => [
        Number(await row.getAttribute('data-recommended')),
        ...(await row.locator('td').allInnerTexts()).slice(0, 2),
      ]),
    );
    expect(shown).toEqual(
      recommendations.map(({ userId, rank, was }) => [userId, String(rank ?? 'out'), String(was ?? 'new')]),
    );
    expect(shown.map(([, , was]) => was)).toContain('new');
    expect(shown.map(([, rank]) => rank)).toContain('out');
    expect(await textOf(page.locator('main'))).toContain('KITH_MIN_REPUTATION=0.2 instead of 0.5');
    expect(await page.getByLabel('base reply').inputValue()).toBe('3');
    expect(await page.getByLabel('window days').getAttribute('placeholder')).toBe('90');
    expect(await trace()).toEqual(untouched);
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await plain.close();
  });

  test.each([
    ['window-days=x', 'window-days should be a whole number'],
    ['min-reputation=%3Cb%3E', 'min-reputation should be'],
    ['ranking=best', 'ranking should be second-degree or circles'],
    ['base-like=-1', 'base-like should be'],
  ])('says in one sentence what is wrong with %s', async (query, sentence) => {
    const page = await context.newPage();
    expect((await page.goto(`${server.url}/users/${user}/preview?${query}`))?.status()).toBe(400);
    expect(await textOf(page.getByRole('alert'))).toContain(sentence);
    expect(await page.locator('main b, [data-recommended]').count()).toBe(0);
  });

  test('works without script, with the keyboard, from any page', async () => {
    const plain = await openContext(browser, { httpCredentials: credentials, javaScriptEnabled: false });
    const page = await open('/', server, plain);
    const search = page.getByRole('searchbox', { name: 'User id' });
    for (let i = 0; i < 10 && !(await search.evaluate((one) => one === one.ownerDocument.activeElement)); i++)
      await page.keyboard.press('Tab');
    await page.keyboard.type(String(user));
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/users?id=${user}`);
    expect(await textOf(page.locator('h1'))).toBe(String(user));
    const link = page.locator('.flow a').nth(1);
    await link.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/users\/\d+$/);
    await plain.close();
  });

  test('fits a phone, and is dark where that is wanted', async () => {
    const phone = await openContext(browser, {
      httpCredentials: credentials,
      viewport: { width: 390, height: 800 },
      colorScheme: 'dark',
    });
    const [rec] = after.get(user) as number[];
    const page = await open(`/users/${user}?why=${rec}`, server, phone);
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    const colours = await page.evaluate(
      "[document.body, document.querySelector('.flow text')].map((one, i) => getComputedStyle(one)[i ? 'fill' : 'backgroundColor'])",
    );
    expect(colours).toEqual(['rgb(15, 19, 26)', 'rgb(230, 233, 239)']);
    await phone.close();
  });

  test.each([
    '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
    "'%20onload=alert(1)",
    '%00',
    '..%2F1',
    '1e3',
    '2147483648',
    '999999',
  ])('says that there is no user %s, as text', async (id) => {
    for (const path of [`/users/${id}`, `/users?id=${id}`, `/users/${id}?why=1`]) {
      const page = await context.newPage();
      page.on('dialog', (dialog) => troubles.push(dialog.message()));
      expect((await page.goto(`${server.url}${path}`))?.status()).toBe(404);
      expect(await textOf(page.locator('h1'))).toBe('No such user');
      expect(await page.locator('main script').count()).toBe(0);
      expect(await textOf(page.locator('main'))).toMatch(/A user id is a whole number|The graph has no user/);
    }
    const page = await open(`/users/${user}`);
    expect(await page.locator('img').count()).toBe(0);
  });

  test('shows what the tables have, and says so, when Neo4j does not run', async () => {
    const neo4j = { uri: 'bolt://127.0.0.1:1', username: 'neo4j', password: 'none' };
    const without = dashboard({ ...network.settings, neo4j }, database, store.agenda);
    await using other = await serve(without, '127.0.0.1', 0);
    const [rec] = after.get(user) as number[];
    const page = await open(`/users/${user}?why=${rec}`, other);
    expect(await textOf(page.locator('.hero'))).toContain('Neo4j does not run');
    expect(await textOf(page.locator('#why'))).toContain("Only that run's lists could explain more");
    expect(await page.locator('[data-recommended]').count()).toBe(after.get(user)?.length);
    expect(await page.locator('.flow a.recommended').count()).toBe(after.get(user)?.length);
    expect(await page.locator('.flow a.left-out').count()).toBe(0);
  });

  test('shows the published lists while another run has changed the graph, and says so', async () => {
    await network.pool.query(
      `INSERT INTO kith.runs (id, as_of, settings, steps, status, started_at)
       SELECT 'later', as_of + interval '1 day', settings, steps, 'failed', now() FROM kith.runs WHERE status = 'published' LIMIT 1`,
    );
    await network.pool.query(
      `INSERT INTO kith.run_steps (run_id, step, status, token, started_at, finished_at)
       SELECT 'later', 'closest', 'done', max(token) + 1, now(), now() FROM kith.run_steps`,
    );
    const page = await open(`/users/${user}?why=${idle}`);
    expect(await textOf(page.locator('.hero'))).toContain('since the graph has the lists of run later now');
    expect(await textOf(page.locator('#why'))).toContain("Only that run's lists could explain more");
    expect(await page.locator('[data-recommended]').count()).toBe(after.get(user)?.length);
    await network.pool.query("DELETE FROM kith.run_steps WHERE run_id = 'later'");
    await network.pool.query("DELETE FROM kith.runs WHERE id = 'later'");
  });

  test('by a model shows the weeks behind a reputation', async () => {
    const input = network.folder('20240601');
    cpSync(join(scores, '..', '20240601'), input, { recursive: true });
    const written = [
      ['2024-05-08T00:00:00Z', 'Bullish!'],
      ['2024-05-14T00:00:00Z', 'the bears <b>'],
      ['2024-05-22T00:00:00Z', 'so bullish'],
    ].map(([created_at, body], id) => JSON.stringify({ id, user_id: user, body, created_at }));
    writeFileSync(join(input, 'messages.jsonl'), written.join('\n'));
    const model = network.folder('model');
    await writeModel(model, bullishModel(), 1, {});
    await network.reset();
    await network.run({ input, asOf, model });
    const page = await open(`/users/${user}`);
    const weeks = page.locator('.weeks');
    await weeks.locator('summary').click();
    expect(await textOf(weeks.locator('summary'))).toBe('2 of 3 weeks with messages are good by the model');
    expect(await weeks.locator('li').allTextContents()).toEqual([
      '2024-W21: 0.993307, good',
      '2024-W20: 0.006693',
      '2024-W19: 0.993307, good',
    ]);
    expect(await textOf(page.locator('.hero'))).toContain('not suspended, reputation 0.666667');
    expect(await textOf(page.locator('.changes'))).toContain('No run was published before this one.');
  });

  test('by circles shows the people around each tie, and the sources', async () => {
    const input = join(scores, '..', '20240601');
    await network.run({ input, asOf, reputation: scores, settings: { ranking: 'circles' } });
    const [rec] = (await recommended()).get(user) as number[];
    const page = await open(`/users/${user}?why=${rec}`);
    expect(await page.locator('.flow a.recommended').count()).toBe((await recommended()).get(user)?.length);
    const why = page.locator('#why');
    const weights = (await why.locator('tbody .number').allInnerTexts()).map(Number);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(
      Number(await why.locator('tfoot .number').textContent()),
      2,
    );
    expect(await textOf(why)).toMatch(/circle: of the \d+ (person|people) around \d+ \(tie \d+\)/);
    expect(await page.locator('.flow a.left-out').count()).toBeGreaterThan(0);
  });
});

/** By user, whom they are recommended. */
type Rows = Map<number, number[]>;

function difference(some: number[] = [], others: number[] = []): number[] {
  return some.filter((one) => !others.includes(one));
}

function lines(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}

async function idOf(link: Locator): Promise<number> {
  return Number((await link.getAttribute('href'))?.replace('/users/', ''));
}

async function widthOf(locator: Locator): Promise<number> {
  return (await locator.boundingBox())?.width ?? 0;
}

async function textOf(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();
}
