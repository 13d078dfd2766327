import { cleanText } from '../../src/messages/clean.ts';

describe('cleaning a text', () => {
  test.each([
    ['nothing', '', ''],
    ['nothing but space', ' \t\r\n ', ''],
    ['nothing but emoji', '🚀🚀 💎🙌', ''],
    ['case', 'Buy The DIP', 'buy the dip'],
    ['an emoji between words', 'to the🚀moon', 'to the moon'],
    ['a cashtag', '$AAPL up, $BRK.A down', 'aapl up brk a down'],
    ['a hashtag', '#earnings #FOMC2024', 'earnings fomc'],
    ['a mention', 'thanks @trader_42 for this', 'thanks for this'],
    ['mentions in a row', '@a@b,@c', ''],
    ['a mention at the start of a line', 'look\n@bob', 'look'],
    ['an address, which is no mention', 'me@example.com', 'me example com'],
    ['a lone at sign', 'in @ 45.20', 'in'],
    ['a link', 'read https://t.co/AbC123 now', 'read http now'],
    ['a link without a scheme', 'see www.example.com/a?b=c', 'see http'],
    ['a link in capitals', 'HTTPS://EXAMPLE.COM/X', 'http'],
    ['a link with parentheses', 'https://en.wikipedia.org/wiki/Beta_(finance) explains', 'http explains'],
    ['a link in parentheses', 'beta (https://example.com/beta) explained', 'beta http explained'],
    ['a link with a mention in it', 'https://medium.com/@writer/post', 'http'],
    ['a link with entities', 'http://a.example/?x=1&amp;y=2 done', 'http done'],
    ['two links', 'http://a.example http://b.example', 'http http'],
    ['a link after a colon', 'chart:http://a.example', 'chart http'],
    ['the word http itself', 'http', 'http'],
    ['digits', 'Q3 EPS 1.25 vs 1,10', 'q eps vs'],
    ['an apostrophe', "it's Apple's, isn't it", 'its apples isnt it'],
    ['a typographic apostrophe', 'it’s', 'its'],
    ['a word divided by punctuation', 'risk/reward, buy-and-hold', 'risk reward buy and hold'],
    ['an abbreviation', 'the U.S. market', 'the u s market'],
    ['entities by name', 'AT&amp;T &lt;3 &quot;up&quot; don&apos;t&nbsp;sell', 'at t up dont sell'],
    ['entities by number', 'it&#39;s S&#38;P &#x27;x&#x27;', 'its s p x'],
    ['an entity beyond Unicode', 'a&#9999999;b', 'a b'],
    ['something that looks like an entity', 'R&D; &unknown; &', 'r d unknown'],
    ['an entity that is decoded once only', '&amp;lt;b&amp;gt;', 'lt b gt'],
    ['line ends', 'one\r\ntwo\rthree\nfour', 'one two three four'],
    ['letters that are not ASCII', 'naïve café 東京', 'na ve caf'],
    ['letters that are ASCII in lower case only', 'İstanbul \u212aelvin', 'stanbul elvin'],
    ['half of a surrogate pair', 'a\ud83d b', 'a b'],
    ['NUL', 'a\u0000b', 'a b'],
  ])('%s', (_, text, words) => {
    expect(cleanText(text)).toBe(words);
  });

  test('of a megabyte takes no time to speak of', () => {
    const started = performance.now();
    for (const piece of ['@', '&', 'a@', 'http://', "'", '$A ']) cleanText(piece.repeat(1_000_000 / piece.length));
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
