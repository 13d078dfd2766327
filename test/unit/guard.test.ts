import { once } from 'node:events';
import { connect } from 'node:net';
import express from 'express';
import { readSettings } from '../../src/config/settings.ts';
import { BadInputError } from '../../src/errors.ts';
import { createLog } from '../../src/watch/log.ts';
import { guard, userOfPage } from '../../src/web/guard.ts';
import { serve } from '../../src/web/serve.ts';
import { networkOf, SlowDown } from '../../src/web/slow-down.ts';

const passwords = { KITH_WEB_PASSWORD: 'correct horse', KITH_WEB_VIEWER_PASSWORD: 'only to look at' };

/** A page that tells who asked, behind the guard; with the lines of its log. */
async function guarded() {
  const lines: string[] = [];
  const app = express();
  app.use(guard(readSettings(passwords), createLog({ write: (line) => void lines.push(line) }, {})));
  app.use((_, response) => {
    response.send(userOfPage(response));
  });
  return { ...(await serve(app, '127.0.0.1', 0)), lines };
}

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
/** Every request on a connection of its own, as separate programs would send them. */
const ask = (url: string, user: string, password: string, method = 'GET') =>
  fetch(url, { method, headers: { ...basic(user, password), connection: 'close' } });

test('the viewer may look but not act, and kith may do both', async () => {
  await using server = await guarded();
  const answers = [];
  for (const [user, password] of [
    ['kith', 'correct horse'],
    ['viewer', 'only to look at'],
    ['viewer', 'correct horse'],
    ['kith', 'only to look at'],
  ] as const)
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      const response = await ask(server.url, user, password, method);
      answers.push([user, password, method, response.status, (await response.text()).trim()]);
    }
  const asked = 'Name and password?';
  const refused = 'Refused: viewer may look but not act.';
  expect(answers).toEqual([
    ['kith', 'correct horse', 'GET', 200, 'kith'],
    ['kith', 'correct horse', 'POST', 200, 'kith'],
    ['kith', 'correct horse', 'DELETE', 200, 'kith'],
    ['kith', 'correct horse', 'OPTIONS', 200, 'kith'],
    ['viewer', 'only to look at', 'GET', 200, 'viewer'],
    ['viewer', 'only to look at', 'POST', 403, refused],
    ['viewer', 'only to look at', 'DELETE', 403, refused],
    ['viewer', 'only to look at', 'OPTIONS', 403, refused],
    ...['viewer', 'kith'].flatMap((user) =>
      ['GET', 'POST', 'DELETE', 'OPTIONS'].map((method) => [
        user,
        user === 'viewer' ? 'correct horse' : 'only to look at',
        method,
        401,
        asked,
      ]),
    ),
  ]);
});

test('two equal passwords are refused, and where only one is set, nobody else may look', async () => {
  expect(() => readSettings({ ...passwords, KITH_WEB_VIEWER_PASSWORD: 'correct horse' })).toThrow(BadInputError);
  const app = express().use(guard(readSettings({ KITH_WEB_PASSWORD: 'correct horse' })));
  await using server = await serve(app, '127.0.0.1', 0);
  for (const password of ['', 'undefined', 'correct horse'])
    expect((await ask(server.url, 'viewer', password)).status).toBe(401);
});

test('guessing is slowed down and logged, and meanwhile the right password is let in from the same address', async () => {
  await using server = await guarded();
  const started = performance.now();
  let guesses = 0;
  let isOver = false;
  const attackers = Array.from({ length: 10 }, async () => {
    while (!isOver) {
      expect((await ask(server.url, 'kith', `wrong ${guesses}`)).status).toBe(401);
      guesses++;
    }
  });
  while (guesses < 20) await new Promise((resolve) => setTimeout(resolve, 20));
  const [kith, viewer] = await Promise.all([
    ask(server.url, 'kith', 'correct horse'),
    ask(server.url, 'viewer', 'only to look at'),
  ]);
  expect([kith.status, viewer.status]).toEqual([200, 200]);
  isOver = true;
  await Promise.all(attackers);
  const seconds = (performance.now() - started) / 1000;
  expect(guesses).toBeLessThanOrEqual(11 + seconds * 5);
  expect(server.lines.length).toBeGreaterThan(0);
  expect(server.lines.length).toBeLessThanOrEqual(2 + seconds);
  expect(JSON.parse(server.lines[0] ?? '')).toMatchObject({
    level: 'warn',
    address: '127.0.0.1',
    wrong: 1,
    msg: 'wrong password for the pages',
  });
  expect(server.lines.join('')).not.toMatch(/wrong \d+"|horse/);
});

test('a connection on which the right password was given does not wait, whatever others do', async () => {
  await using server = await guarded();
  // fetch keeps its connection.
  const look = () => fetch(server.url, { headers: basic('kith', 'correct horse') }).then((response) => response.text());
  expect(await look()).toBe('kith');
  let waiting = 25;
  const wrong = Array.from({ length: 25 }, (_, i) => ask(server.url, 'kith', `wrong ${i}`).then(() => waiting--));
  await Promise.race(wrong);
  expect(await look()).toBe('kith');
  expect(waiting).toBeGreaterThan(5);
  await Promise.all(wrong);
});

test('who goes away while waiting leaves the line, and requests in one breath are not as many guesses', async () => {
  await using server = await guarded();
  await Promise.all(Array.from({ length: 10 }, (_, i) => ask(server.url, 'kith', `wrong ${i}`)));
  for (let i = 0; i < 200; i++) {
    const signal = AbortSignal.timeout(1);
    await fetch(server.url, { headers: { ...basic('kith', `gone ${i}`), connection: 'close' }, signal }).catch(() => 0);
  }
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  const guess = `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('kith', 'piped').authorization}\r\n\r\n`;
  socket.write(guess.repeat(20));
  let said = '';
  socket.on('data', (data) => {
    said += data;
  });
  const started = performance.now();
  expect((await ask(server.url, 'kith', 'correct horse')).status).toBe(200);
  // Two hundred that stayed in the line would take 40 s.
  expect(performance.now() - started).toBeLessThan(15_000);
  while (said.split('HTTP/1.1').length < 21) await once(socket, 'data');
  socket.destroy();
  expect(said.match(/HTTP\/1\.1 (401|429)/g)?.length).toBe(20);
  // Ten are compared at once only after a quiet time.
  expect(said.match(/HTTP\/1\.1 429/g)?.length).toBeGreaterThanOrEqual(10);
});

describe('the line', () => {
  test('is one for each address, and one for all that gave several wrong passwords', () => {
    const line = new SlowDown();
    const waits = Array.from({ length: 100 }, (_, i) => line.enter(`10.0.0.${i % 25}`, 0).wait);
    // Three of each are free, and fifty in all.
    expect(waits.slice(0, 75).every((wait) => wait === 0)).toBe(true);
    expect(waits.slice(75).filter((wait) => wait > 0).length).toBeGreaterThan(20);
    expect(line.enter('10.9.9.9', 0).wait).toBe(0);
    expect(line.enter('10.0.0.1', 60_000).wait).toBe(0);
  });

  test('remembers no more than ten thousand addresses', () => {
    const line = new SlowDown();
    for (let i = 0; i < 12; i++) line.enter('10.0.0.1', 0);
    expect(line.enter('10.0.0.1', 0).wait).toBeGreaterThan(0);
    for (let i = 0; i < 10_001; i++) line.enter(`11.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 0);
    expect(line.enter('10.0.0.1', 1_000_000).wait).toBe(0);
  });

  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('takes %s as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

test('one address gets no more than its share of the connections', async () => {
  await using server = await guarded();
  const { port } = new URL(server.url);
  const sockets = Array.from({ length: 300 }, () => connect(Number(port), '127.0.0.1').on('error', () => undefined));
  await Promise.all(sockets.slice(256).map((socket) => (socket.closed ? undefined : once(socket, 'close'))));
  expect(sockets.slice(0, 256).filter(({ destroyed }) => !destroyed)).toHaveLength(256);
  for (const socket of sockets) socket.destroy();
});
