import { html } from '../html.ts';
import { drawDots } from '../pictures/dot-chart.ts';
import { chartsOf } from './charts.ts';
import type { Evaluation } from './evaluate.ts';
import { namesOf } from './format.ts';
import { introduction, type Table, tablesOf } from './tables.ts';

const style = `body{font:15px/1.5 ui-sans-serif,Helvetica,Arial,sans-serif;max-width:900px;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}
table{border-collapse:collapse;margin:.5rem 0 1.5rem;display:block;overflow-x:auto}th,td{padding:.25rem .75rem .25rem 0;text-align:left;border-bottom:1px solid #d8dee4;white-space:nowrap}
figure{margin:1.5rem 0}svg{max-width:100%;height:auto}.remark{border-left:4px solid #bc4c00;padding-left:.75rem}`;

/**
 * The evaluation as one page, which needs no script and no other file.
 *
 * @param title what was evaluated
 */
export function renderEvaluation(evaluation: Evaluation, title: string, hasScores: boolean): string {
  const charts = chartsOf(evaluation.judged, namesOf(evaluation.judged, hasScores));
  const page = html`<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title} · Kith</title>
  <style>${style}</style>
</head>
<body>
<h1>${title}</h1>
${introduction(evaluation, hasScores).map((line) => html`<p>${line}</p>\n`)}
${evaluation.remarks.map((line) => html`<p class="remark">${line}</p>\n`)}
${tablesOf(evaluation, hasScores).map(drawTable)}
${Object.values(charts).map((chart) => html`<figure>${drawDots(chart)}</figure>\n`)}
</body>
</html>`;
  return `<!doctype html>\n${page}\n`;
}

function drawTable({ title, head, rows }: Table) {
  return html`<h2>${title}</h2>
<table><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table>
`;
}
