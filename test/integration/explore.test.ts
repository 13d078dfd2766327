import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import neo4j, { type Driver, type Plan } from 'neo4j-driver';
import { projectRoot } from '../../src/config/project.ts';
import { browserLink, savedQueries } from '../../src/dashboard/explore-page.ts';
import { hasBrowser, openBrowser, openContext } from '../harness/browser.ts';
import { type GeneratedNetwork, generatedNetwork } from './generated-network.ts';

const folder = join(projectRoot, 'cypher', 'explore');
const files = readdirSync(folder).filter((name) => name.endsWith('.cypher'));
let network: GeneratedNetwork;
let driver: Driver;

beforeAll(async () => {
  network = await generatedNetwork();
  const { uri, username, password } = network.stack.neo4j;
  driver = neo4j.driver(uri, neo4j.auth.basic(username, password), { useBigInt: true });
});

afterAll(async () => {
  await driver?.close();
  await network?.[Symbol.asyncDispose]();
});

/** The `:param` lines of a query's comment: each is an expression that Browser asks Neo4j for. */
function parametersOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^\/\/ :param (\w+) => (.+);$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

async function evaluated(text: string): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const [name, expression] of parametersOf(text)) {
    const { records } = await driver.executeQuery(`RETURN ${expression} AS value`);
    values[name] = records[0]?.get('value');
  }
  return values;
}

function operators(plan: Plan): string[] {
  return [plan.operatorType.replace(/@.*/, ''), ...plan.children.flatMap(operators)];
}

test('the folder has queries', () => {
  expect(files.length).toBeGreaterThan(8);
});

describe.each(files)('%s', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const body = text.replace(/^\/\/.*\n/gm, '');

  test('begins with a sentence that says what it shows', () => {
    expect(text).toMatch(/^\/\/ [A-Z][^\n]{20,}/);
    expect(
      text
        .split('\n')
        .filter((line) => line.startsWith('//'))
        .join(' '),
    ).toMatch(/[.?](?: |$)/);
  });

  test('names exactly the parameters that it uses, each with an example', () => {
    const used = new Set([...body.matchAll(/\$(\w+)/g)].map(([, name]) => name));
    expect([...parametersOf(text).keys()].sort()).toEqual([...used].sort());
  });

  test('is one statement with a limit', () => {
    expect(body).not.toContain(';');
    expect(body).toMatch(/\bLIMIT \d+/);
  });

  test('gives rows on the example network, and changes nothing', async () => {
    const { records, summary } = await driver.executeQuery(text, await evaluated(text));
    expect(records.length).toBeGreaterThan(0);
    expect(records.length).toBeLessThanOrEqual(200);
    expect([summary.queryType, summary.notifications]).toEqual(['r', []]);
  });

  test('finds its user by the index', async () => {
    const { summary } = await driver.executeQuery(`EXPLAIN ${text}`, await evaluated(text));
    const used = summary.plan ? operators(summary.plan) : [];
    expect(used).not.toContain('AllNodesScan');
    if (!body.includes('$userId')) return;
    expect(used).toContain('NodeUniqueIndexSeek');
    expect(used).not.toContain('NodeByLabelScan');
  });

  test('is described in docs/exploring.md', () => {
    expect(readFileSync(join(projectRoot, 'docs', 'exploring.md'), 'utf8')).toContain(`cypher/explore/${file}`);
  });
});

test('the weights of the paths behind a recommendation sum to its score', async () => {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const paths = read('paths-behind-recommendation.cypher');
  const candidates = read('candidates.cypher');
  const parameters = await evaluated(paths);
  const found = await driver.executeQuery(paths, parameters);
  const best = await driver.executeQuery(candidates, await evaluated(candidates));
  const candidate = best.records.find((record) => record.get('candidate') === parameters.recId);
  const sum = found.records.reduce((total, record) => total + record.get('weight'), 0);
  expect(candidate?.get('score')).toBeCloseTo(sum, 9);
  expect(candidate?.get('reasons')).toBe(BigInt(found.records.length));
});

const inBrowser = hasBrowser('Neo4j Browser') ? test : test.skip;

inBrowser(
  'a link opens Neo4j Browser with the query filled in, and after the password one click shows its picture',
  async () => {
    const { uri, browser: address } = network.stack.neo4j;
    const queries = savedQueries({ userId: '280' });
    const query = queries.find(({ name }) => name === 'closest-connections');
    const browser = await openBrowser();
    try {
      const page = await (await openContext(browser)).newPage();
      await page.goto(browserLink({ browser: address as string, uri }, query?.text ?? ''));
      const password = readFileSync(join(network.settings.home, 'passwords', 'analyst'), 'utf8');
      await page.getByTestId('password').fill(password);
      await page.getByTestId('connect').click();
      await page.getByText('You are connected as user').first().waitFor();
      await page.getByTestId('editor-Run').click();
      await page.locator('g.node').first().waitFor();
      const { records } = await driver.executeQuery(
        'MATCH (:User {userId: 280})-[c:CLOSEST_TO]->() RETURN count(c) AS n',
      );
      expect(BigInt(await page.locator('g.node').count())).toBe(records[0]?.get('n') + 1n);
    } finally {
      await browser.close();
    }
  },
);
