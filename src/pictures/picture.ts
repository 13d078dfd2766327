import { type Content, type Html, html } from '../html.ts';

const colours = ['#0969da', '#1a7f37', '#bc4c00', '#8250df', '#cf222e', '#6e7781', '#bf3989', '#9a6700'];

/** The colour of the series with this index. */
export function colourOf(i: number): string {
  return colours[i % colours.length] as string;
}

/** An SVG picture, for a page or a file of its own. */
export function picture(title: string, width: number, height: number, drawn: Content): Html {
  return html`<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-sans-serif, Helvetica, Arial, sans-serif" font-size="13">
  <title>${title}</title>
  <rect width="${width}" height="${height}" fill="#ffffff"/>
  <text x="20" y="26" font-size="15" font-weight="600" fill="#1f2328">${title}</text>
  ${drawn}
</svg>
`;
}

/** From 0 in round steps, about five, to at least `most`. */
export function roundTicks(most: number): number[] {
  const raw = most / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** A coordinate. */
export function tenths(value: number): number {
  return Number(value.toFixed(1));
}
