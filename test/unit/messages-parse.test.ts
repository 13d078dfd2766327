import { parseMessage } from '../../src/messages/parse-message.ts';

const simple = { id: 1, user_id: 7, body: 'Buy $AAPL', created_at: '2024-05-31T23:59:59Z' };
const parse = (fields: object) => parseMessage(JSON.stringify({ ...simple, ...fields }));

describe('a message', () => {
  test('has an id, a user, an instant and its words', () => {
    expect(parse({})).toEqual({
      id: 1n,
      userId: 7,
      at: Date.UTC(2024, 4, 31, 23, 59, 59) / 1000,
      words: 'buy aapl',
      isGood: undefined,
    });
  });

  test.each([
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775807', 9223372036854775807n],
    ['"9007199254740993"', 9007199254740993n],
    ['0', 0n],
  ])('keeps the id %s exactly', (id, expected) => {
    expect(parseMessage(JSON.stringify(simple).replace('"id":1', `"id": ${id} `))).toMatchObject({ id: expected });
  });

  test('may hold what looks like a long id in its text', () => {
    const body = 'he said "id": 12345678901234567890, twice';
    expect(parse({ body })).toMatchObject({ id: 1n, words: 'he said id twice' });
  });

  test('is followed by the descriptions of its links', () => {
    const links = [
      { description: 'Apple&#39;s results' },
      { description: null },
      { title: 'x' },
      { description: '🚀' },
    ];
    expect(parse({ links })).toMatchObject({ words: 'buy aapl apples results' });
    expect(parse({ body: '', links })).toMatchObject({ words: 'apples results' });
  });

  test("may have fields of its own where another network's have a user or links", () => {
    const own = { user: 'bob', links: ['http://x.example', null, { description: 5 }] };
    expect(parse(own)).toMatchObject({ userId: 7, words: 'buy aapl', isGood: undefined });
    expect(parse({ user: 5, links: {} })).toMatchObject({ userId: 7, words: 'buy aapl' });
    expect(parse({ user_id: undefined, user: 'bob' })).toBe('no user_id');
  });

  test.each([
    [1, true],
    [0, false],
    [true, true],
    [false, false],
    [null, undefined],
  ])('that is recommended: %s is labelled %s', (recommended, isGood) => {
    expect(parse({ recommended })).toMatchObject({ isGood });
  });

  test('of the API has its user inside, whose classification is the label', () => {
    const api = (classification?: string[]) =>
      parseMessage(
        JSON.stringify({
          id: 161970974,
          body: '$F 21yrs of bliss',
          created_at: '2019-04-26T02:43:00Z',
          user: { id: 1014465, username: 'x', classification },
          conversation: { parent_message_id: 1, in_reply_to_message_id: 2, replies: 3 },
          entities: { sentiment: { basic: 'Bullish' } },
          mentioned_users: ['@y'],
          links: [{ title: 'Ford', url: 'http://x.example', description: 'A car maker' }],
        }),
      );
    expect(api([])).toEqual({
      id: 161970974n,
      userId: 1014465,
      at: Date.UTC(2019, 3, 26, 2, 43) / 1000,
      words: 'f yrs of bliss a car maker',
      isGood: false,
    });
    expect(api(['suggested', 'official'])).toMatchObject({ isGood: true });
    expect(api(['official', 'premium'])).toMatchObject({ isGood: false });
    expect(api()).toMatchObject({ isGood: undefined });
  });

  test.each([
    ['nothing', '', 'no JSON object'],
    ['half an object', '{"id": 1', 'no JSON object'],
    ['a list', '[]', 'no JSON object'],
    ['a number', '7', 'no JSON object'],
    ['null', 'null', 'no JSON object'],
  ])('is not %s', (_, line, reason) => {
    expect(parseMessage(line)).toBe(reason);
  });

  test.each([
    [{ id: undefined }, 'no id'],
    [{ id: -1 }, 'id is not a whole number'],
    [{ id: 1.5 }, 'id is not a whole number'],
    [{ id: 'x' }, 'id is not a whole number'],
    [{ id: '9223372036854775808' }, 'id is out of range'],
    [{ id: null }, 'id is not a whole number'],
    [{ user_id: undefined }, 'no user_id'],
    [{ user_id: 2 ** 31 }, 'user_id is out of range'],
    [{ user_id: -5 }, 'user_id is not a whole number'],
    [{ user_id: undefined, user: { id: 2 ** 31 } }, 'user.id is out of range'],
    [{ body: undefined }, 'no body'],
    [{ body: 5 }, 'body is not a text'],
    [{ created_at: undefined }, 'no created_at'],
    [{ created_at: '2024-02-30T00:00:00Z' }, 'created_at does not exist'],
    [{ created_at: 'yesterday' }, 'created_at is not a time Kith knows'],
    [{ recommended: 2 }, 'recommended is not 0 or 1'],
    [{ id: 1e30 }, 'id is out of range'],
    [{ id: '9'.repeat(31) }, 'id is out of range'],
  ])('with %j is bad: %s', (fields, reason) => {
    expect(parse(fields)).toBe(reason);
  });
});
