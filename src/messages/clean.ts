/**
 * Must change whenever {@link cleanText} returns a different text for any message, because texts and models of
 * different versions don't match.
 */
export const cleaningVersion = 1;

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const entity = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi;
const link = /\b(?:https?:\/\/|www\.)\S*/gi;
/** Not inside a word: the `@` in an address such as me@example.com is punctuation. */
const mention = /(?<![A-Za-z0-9_])(?:@\w+)+/g;
const apostrophe = /['’‘`]/g;
const notLetters = /[^A-Za-z]+/g;

/**
 * The words of a message: lower-case ASCII letters, separated by single spaces. HTML entities are decoded; mentions,
 * punctuation, digits and non-ASCII are removed; every link becomes the word `http`. Removing an apostrophe joins (`it's` becomes `its`), removing
 * anything else separates (`risk/reward` becomes `risk reward`); a cashtag becomes its symbol (`$AAPL` becomes `aapl`).
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
