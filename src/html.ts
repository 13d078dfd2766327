import { visible } from './control-characters.ts';

/** Text that goes into a page unescaped; only {@link html} creates it. */
export class Html {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static fromTemplate(strings: TemplateStringsArray, values: readonly Content[]): Html {
    return new Html(strings.map((text, i) => (i === 0 ? text : render(values[i - 1]) + text)).join(''));
  }

  toString(): string {
    return this.#text;
  }
}

/** Values allowed in a template; null, undefined and false render as nothing. */
export type Content = Html | string | number | bigint | null | undefined | false | readonly Content[];

/**
 * HTML or SVG in which every value is escaped, and its control characters are visible, unless it is HTML itself.
 * Attributes have to be in double quotes.
 *
 * @example html`<p title="${'"'}">${'<b>'}</p>`.toString() === '<p title="&quot;">&lt;b&gt;</p>'
 */
export function html(strings: TemplateStringsArray, ...values: Content[]): Html {
  return Html.fromTemplate(strings, values);
}

/** As a value, the end of a line would be made visible. */
export const lineEnd = html`
`;

function render(value: Content): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(render).join('');
  return escapeText(visible(String(value)));
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
