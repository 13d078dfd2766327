/** Changes whenever {@link cleanText} gives another text for any message: texts and models of another version don't fit. */
export const cleaningVersion = 1;

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const entity = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi;
const link = /\b(?:https?:\/\/|www\.)\S*/gi;
/** Not inside of a word: the `@` of an address such as me@example.com is punctuation. */
const mention = /(?<![A-Za-z0-9_])(?:@\w+)+/g;
const apostrophe = /['’‘`]/g;
const notLetters = /[^A-Za-z]+/g;

/**
 * The words of a message, lower-case ASCII letters with one space between: HTML entities are decoded, mentions are out,
 * every link is the word `http`, punctuation, digits and non-ASCII are out. An apostrophe joins (`it's` is `its`), anything
 * else that goes out divides (`risk/reward` is `risk reward`); a cashtag is its symbol (`$AAPL` is `aapl`).
 */
export function cleanText(text: string): string {
  return text
    .replace(entity, decode)
    .replace(link, ' http ')
    .replace(mention, ' ')
    .replace(apostrophe, '')
    .replace(notLetters, ' ')
    .trim()
    .toLowerCase();
}

function decode(whole: string, decimal?: string, hexadecimal?: string, name?: string): string {
  if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
  const point = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
  return point <= 0x10ffff ? String.fromCodePoint(point) : ' ';
}
