import type { CheckOutcome } from '../export/checks.ts';
import { count, several } from '../figures.ts';
import { type Content, type Html, html } from '../html.ts';
import type { RunWithSteps } from '../jobs/runs-with-steps.ts';
import { toldOf } from '../scoring/ranking/filters.ts';
import { percent } from './format.ts';
import { linesOf } from './trend.ts';

/** A run's results as a few figures; nothing if it has none yet. */
export function figures(run: RunWithSteps): Content {
  const { summary, status } = run;
  const { rows, checks, graph, added, dropped } = summary;
  const read = linesOf(run);
  const leftOut = toldOf(dropped ?? {}).filter(({ name }) => name !== 'self');
  const [most] = leftOut.toSorted((a, b) => b.dropped - a.dropped);
  const tiles: Content[] = [
    read &&
      tile('Lines read', count(read.lines), `${count(read.rejected)} rejected (${percent(read.rejected, read.lines)})`),
    graph &&
      tile(
        added === undefined ? 'Activities kept' : 'Activities in the graph',
        count(graph.activities),
        added === undefined ? several(graph.users, 'user') : `${count(added)} new · ${several(graph.users, 'user')}`,
      ),
    rows &&
      tile(
        'Recommendations',
        count(rows.recommendations),
        status === 'published' ? 'rows published' : 'rows, not published',
      ),
    rows && tile('Closest connections', count(rows.closest), `and ${several(rows.reasons, 'reason')}`),
    summary.reputation && reputationTile(summary.reputation),
    most &&
      tile(
        'Candidates left out',
        count(leftOut.reduce((sum, { dropped }) => sum + dropped, 0)),
        most.dropped > 0 ? `most: ${most.text}` : 'none',
      ),
    checks &&
      html`<div class="wide"><dt>Checks</dt><dd class="value">${checkMarks(checks)}</dd><dd class="about">${checksText(checks)}</dd></div>`,
  ];
  return tiles.some(Boolean) && html`<dl class="figures">${tiles}</dl>`;
}

/** `9 passed, 1 skipped` */
export function checksText(checks: readonly CheckOutcome[]): string {
  const outcomes = (['passed', 'skipped', 'waived', 'failed'] as const)
    .map((outcome) => [outcome, checks.filter((check) => check.outcome === outcome).length] as const)
    .filter(([, number]) => number > 0);
  return outcomes.map(([outcome, number]) => `${number} ${outcome}`).join(', ');
}

/** A mark for each check, distinguished by its sign as well as its colour. */
export function checkMarks(checks: readonly CheckOutcome[]): Html {
  return html`<span class="checks" role="img" aria-label="${checksText(checks)}">${checks.map(
    ({ name, sentence, outcome }) =>
      html`<span class="check ${outcome}" title="${name}: ${sentence} ${outcome}">${sign[outcome]}</span>`,
  )}</span>`;
}

/** The sign for each outcome. */
export const sign: Record<CheckOutcome['outcome'], string> = { passed: '✓', failed: '✗', waived: '!', skipped: '–' };

function reputationTile(reputation: NonNullable<RunWithSteps['summary']['reputation']>): Html {
  if (reputation === 'none') return tile('Scores', 'none', 'nobody was filtered by reputation');
  return tile('Scores', count(reputation.scored), reputation.model ? 'users, by the model' : 'users, from a list');
}

function tile(name: string, value: string, about: string): Html {
  return html`<div><dt>${name}</dt><dd class="value">${value}</dd><dd class="about">${about}</dd></div>`;
}
