import type { Agenda } from 'agenda';
import { dashboard } from '../../src/dashboard/dashboard.ts';
import { openJobStore } from '../../src/jobs/worker/job-store.ts';
import { Database } from '../../src/postgres/database.ts';
import { keepSecret } from '../../src/secrets.ts';
import { viewerPassword, webPassword } from '../../src/web/guard.ts';
import { type PageServer, serve } from '../../src/web/serve.ts';
import { TestNetwork } from '../harness/network.ts';

let network: TestNetwork;
let database: Database;
let store: { agenda: Agenda } & AsyncDisposable;
let server: PageServer;

beforeAll(async () => {
  network = await TestNetwork.open();
  const { url } = network.stack.postgres;
  database = await Database.connect(url);
  store = await openJobStore(url, { lockLifetime: 60_000, onTrouble: () => undefined });
  server = await serve(dashboard(network.settings, database, store.agenda), '127.0.0.1', 0);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
});

function as(user: 'kith' | 'viewer'): Record<string, string> {
  const password = user === 'kith' ? webPassword(network.settings) : viewerPassword(network.settings);
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

test('a viewer sees the pages and jobs, and changes nothing; the pages say who may do what', async () => {
  for (const [user, rights] of [
    ['kith', 'signed in as kith: may look, and act on runs and jobs'],
    ['viewer', 'signed in as viewer: look only'],
  ] as const) {
    for (const [path, status] of [
      ['/', 200],
      ['/runs/none', 404],
      ['/users', 200],
    ] as const) {
      const response = await fetch(server.url + path, { headers: as(user) });
      expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(rights)]);
    }
    for (const path of ['/jobs/', '/jobs/api', '/jobs/api/stats'])
      expect((await fetch(server.url + path, { headers: as(user) })).status).toBe(200);
  }
  const create = (user: 'kith' | 'viewer', jobName: string) =>
    fetch(`${server.url}/jobs/api/jobs/create`, {
      method: 'POST',
      headers: { ...as(user), 'content-type': 'application/json' },
      body: JSON.stringify({ jobName, jobSchedule: 'in 1 hour' }),
    });
  const refused = await create('viewer', 'of the viewer');
  expect([refused.status, await refused.text()]).toEqual([403, 'Refused: viewer may look but not act.\n']);
  expect((await create('kith', 'of kith')).status).toBe(200);
  expect((await store.agenda.queryJobs({ name: 'of the viewer' })).total).toBe(0);
  expect((await store.agenda.queryJobs({ name: 'of kith' })).total).toBe(1);
});

test('the saved queries are filled in for a user, as links into Neo4j Browser; what is no id is refused', async () => {
  const explore = async (query: string) => {
    const response = await fetch(`${server.url}/explore${query}`, { headers: as('viewer') });
    return [response.status, await response.text()] as const;
  };
  const [status, page] = await explore('?user=42&rec=7');
  expect(status).toBe(200);
  expect(page).toContain('MATCH path = (u:User {userId: 42})-[c:CLOSEST_TO]-&gt;(v:User)');
  expect(page).toContain('{userId: 7}');
  const links = [...page.matchAll(/href="(http:[^"]+)"/g)].map(
    ([, link = '']) => new URL(link.replaceAll('&amp;', '&')),
  );
  expect(links.length).toBeGreaterThan(8);
  const { uri, browser } = network.stack.neo4j;
  for (const { origin, searchParams } of links) {
    expect(origin).toBe(new URL(browser as string).origin);
    expect(searchParams.get('dbms')).toBe(uri.replace('bolt://', 'bolt://analyst@'));
    expect(searchParams.get('arg')).toMatch(/^(MATCH|CALL|UNWIND)[^$]*$/);
  }
  const [refused, why] = await explore(`?user=${encodeURIComponent('<b>1</b>')}`);
  expect([refused, why.includes('<b>')]).toEqual([404, false]);
});

test('no path tells a stranger whether it is there', async () => {
  const answers = await Promise.all(
    [
      '/',
      '/runs/none',
      '/explore',
      '/users/1',
      '/elsewhere',
      '/jobs/',
      '/jobs/api',
      '/style.css',
      '/%ff',
      '/jobs/..%2f..%2fetc',
    ].map(async (path) => {
      const response = await fetch(server.url + path);
      return [response.status, response.headers.get('www-authenticate'), await response.text()];
    }),
  );
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]?.[0]).toBe(401);
});

test('pages and jobs may run no foreign script, and not be framed, cached or guessed at', async () => {
  for (const path of ['/', '/jobs/', '/jobs/api']) {
    const { headers } = await fetch(server.url + path, { headers: as('viewer') });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("frame-ancestors 'none'");
    // Kith's own pages have a search.
    expect(policy).toContain(path === '/' ? "form-action 'self'" : "form-action 'none'");
    expect(policy.match(/(?:script|default)-src[^;]*/)?.[0]).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  }
});

test('what a job holds is shown without secrets', async () => {
  keepSecret('tell nobody "this"');
  const job = store.agenda.create('told', { why: 'said tell nobody "this" to postgres://u:PW@db' });
  await job.schedule('in 1 hour').save();
  const response = await fetch(`${server.url}/jobs/api?job=told`, { headers: as('kith') });
  const text = await response.text();
  expect(text).toContain('postgres://u:***@db');
  expect(text).not.toMatch(/tell nobody|PW/);
  expect(() => JSON.parse(text)).not.toThrow();
});
