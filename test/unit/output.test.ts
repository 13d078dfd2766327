import fc from 'fast-check';
import { visible, visibleJson } from '../../src/control-characters.ts';
import { html } from '../../src/html.ts';
import { keepSecretsOf, withoutSecrets } from '../../src/secrets.ts';

describe('no secret of an address or a header is shown, whoever it belongs to', () => {
  test.each([
    ['https://u:PW@host/x: not a folder', 'https://u:***@host/x: not a folder'],
    ['mongodb://u:PW@h1:27017,h2:27017/kith?x=a', 'mongodb://u:***@h1:27017,h2:27017/kith?x=a'],
    ['mongodb+srv://u:P@W@cluster.example/kith', 'mongodb+srv://u:***@cluster.example/kith'],
    ['mongodb://u:P/W@h1,h2/kith', 'mongodb://u:***@h1,h2/kith'],
    ['postgres://u:P?W#@db/kith', 'postgres://u:***@db/kith'],
    ['postgres://u:P%40%2FW@[::1]:5432/kith', 'postgres://u:***@[::1]:5432/kith'],
    ['https://ghp_0123456789@host/x', 'https://***@host/x'],
    ['https://ghp_0123456789:x-oauth-basic@host/x', 'https://***@host/x'],
    ['s3://KEY:PW@bucket/path', 's3://KEY:***@bucket/path'],
    ['a https://a:PW@h and b https://b:PW@i', 'a https://a:***@h and b https://b:***@i'],
    ['https://h/?next=https://a:PW@i', 'https://h/?next=https://a:***@i'],
    ['one\nhttps://a:PW@h\ntwo', 'one\nhttps://a:***@h\ntwo'],
    ['https://h/x?a=1&password=PW&b=2', 'https://h/x?a=1&password=***&b=2'],
    ['https://h/x?X-Amz-Signature=PW&X-Amz-Date=1', 'https://h/x?X-Amz-Signature=***&X-Amz-Date=1'],
    ['https://h/x?sv=1&sig=PW%3D#part', 'https://h/x?sv=1&sig=***#part'],
    ['https://h/x?access_token=PW', 'https://h/x?access_token=***'],
    ['host=h user=u password=PW dbname=d', 'host=h user=u password=*** dbname=d'],
    ["password='P W' user=u", 'password=*** user=u'],
    ['OTEL headers api-key=PW,x-team=a', 'OTEL headers api-key=***,x-team=a'],
    ['KITH_WEB_PASSWORD=PW kith dashboard', 'KITH_WEB_PASSWORD=*** kith dashboard'],
    ['authorization: Basic UFc=', 'authorization: ***'],
    ['{"authorization":"Bearer PW","a":1}', '{"authorization":"***","a":1}'],
    ['{"password": "P\\"W", "user": "u"}', '{"password": "***", "user": "u"}'],
    ['said Bearer PW0123456789.x', 'said Bearer ***'],
  ])('%j', (text, masked) => {
    expect(withoutSecrets(text, {})).toBe(masked);
    expect(withoutSecrets(masked, {})).toBe(masked);
  });

  test.each([
    's3://bucket/path@x',
    'http://127.0.0.1:9000/bucket/a@b',
    'mongodb://h1:27017,h2:27017/kith?at=a@b',
    'file:///a/@b/c.js:12:3',
    'mail kith@example.org, or u:p@example.org',
    'postgres://kith@db/kith',
    'https://host/x?page=2&sort=key&monkey=1',
    'unique (user_id)=(5), authSource=admin',
    'No password: give one of at least 12 characters. The token is missing.',
    'Authorization needs a user; basic authentication is used.',
    'name kith, password in /home/kith/passwords/web',
  ])('but %j is no secret', (text) => {
    expect(withoutSecrets(text, {})).toBe(text);
  });

  test('what an argument holds is masked wherever it turns up, and however it is spelt', () => {
    keepSecretsOf(['run', '--input', 'https://u:per mit/t@ed%21@host/x', '--model=https://tok_1234567890@h']);
    for (const form of ['per mit/t@ed%21', 'per mit/t@ed!', 'per%20mit%2Ft%40ed!', 'tok_1234567890'])
      expect(withoutSecrets(`driver: ${form}.`, {})).not.toMatch(/mit|tok_/);
  });

  test('also as the host that a driver takes the end of an unencoded password for', () => {
    const env = { KITH_JOBS_URL: 'mongodb://u:one@TwoThree@127.0.0.1:1/x' };
    expect(withoutSecrets('getaddrinfo ENOTFOUND twothree.', env)).toBe('getaddrinfo ENOTFOUND ***.');
  });

  test('takes time in proportion to the text', () => {
    const started = performance.now();
    for (const part of ['a', '://', 'a:', '&a', 'a=', '"a', '@', 'x-', '://u:p@'])
      expect(withoutSecrets(part.repeat(100_000), {}).length).toBeGreaterThan(10);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('control characters', () => {
  test.each([
    ['a\u001b[2J\u001b]0;title\u0007b', 'a\\x1b[2J\\x1b]0;title\\x07b'],
    ['one\r\ntwo\tthree', 'one\\r\\ntwo\\tthree'],
    ['\u0000\u007f\u0085\u009b31m', '\\x00\\x7f\\x85\\x9b31m'],
    ['\u202egpj.exe\u2066\u2069\u2028', '\\u202egpj.exe\\u2066\\u2069\\u2028'],
    ['Zoë 😀 שלום \\x1b', 'Zoë 😀 שלום \\x1b'],
  ])('of %j are written visibly', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('are visible in pages, whose own line breaks stay', () => {
    expect(html`<p>\n${'a\n<\u202e\u0000'}</p>`.toString()).toBe('<p>\na\\n&lt;\\u202e\\x00</p>');
  });

  test('are escaped in JSON, which means the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = visibleJson(JSON.stringify({ value, more: '\u009b\u202e\n' }, undefined, 2));
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, more: '\u009b\u202e\n' })));
        expect(visible(json.replaceAll('\n', ''))).toBe(json.replaceAll('\n', ''));
      }),
    );
  });
});
