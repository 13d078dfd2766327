/**
 * C0, DEL and C1, among them all line breaks; the other line breaks of Unicode; and what changes the direction of text.
 * A terminal obeys them, and in a page they hide or reorder what is there.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Writes control characters of a foreign text visibly, so that the text stays in its line and can't move the cursor,
 * change colours or hide a part of itself.
 *
 * @example visible('a\u001b[31mb\n') === 'a\\x1b[31mb\\n'
 */
export function visible(text: string): string {
  return text.replace(control, (character) => short[character] ?? escapeOf(character));
}

/** JSON in which no control character is left but the line breaks between its values. */
export function visibleJson(json: string): string {
  return json.replace(control, (character) => (character === '\n' ? character : `\\u${hex(character, 4)}`));
}

function escapeOf(character: string): string {
  return character <= '\u00ff' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
