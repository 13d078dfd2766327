import type { Changes } from '../export/changes.ts';
import type { CheckOutcome } from '../export/checks.ts';
import { count, several } from '../figures.ts';
import type { UnreadNames } from '../ingest/day-folder.ts';
import { isoSeconds } from '../ingest/instant.ts';
import type { FileCount } from '../ingest/judge-file.ts';
import type { FinishedRun } from '../jobs/conduct-run.ts';
import type { JudgedList, RunSummary } from '../jobs/run-summary.ts';
import { toldOf } from '../scoring/ranking/filters.ts';

/** The lines that are printed at the end of a run. */
export function describeRun({ run, summary, isPublished }: FinishedRun): string[] {
  const outcome = isPublished ? 'published' : summary.changes ? 'a dry run, nothing was published' : 'done';
  const lines = [
    `Run ${run.id}, as of ${isoSeconds(run.asOf)}: ${outcome}`,
    ...describeInput(summary),
    ...describeDropped(summary),
  ];
  if (summary.computing)
    lines.push(
      `  computed  by ${summary.computing.by === 'compiled' ? 'compiled procedures' : `plain Cypher: ${summary.computing.why}`}`,
    );
  if (run.engine === 'spark') lines.push('  computed  by Spark');
  if (summary.rows) {
    lines.push('  tables');
    lines.push(`    closest_connections ${aligned(summary.rows.closest, 13, 'row')}`);
    lines.push(`    recommendations     ${aligned(summary.rows.recommendations, 13, 'row')}`);
    lines.push(`    rec_reasons         ${aligned(summary.rows.reasons, 13, 'row')}`);
  }
  if (summary.changes) lines.push(...describeChanges(summary.changes));
  if (summary.checks) lines.push('  checks', ...describeChecks(summary.checks));
  lines.push(...describeAfterwards(summary));
  if (summary.waived) lines.push(`  allowed   ${summary.waived.join(', ')}; nothing expires after such a run`);
  const steps = Object.entries(summary.seconds ?? {});
  if (steps.length > 0)
    lines.push(`  seconds   ${steps.map(([name, value]) => `${name} ${value.toFixed(1)}`).join(', ')}`);
  if (isPublished && run.settings.ranking === 'second-degree')
    lines.push(
      '',
      'Ranked by second-degree. On real networks circles found 1.3 to 7 times as many of the people that users turned to ' +
        'next, and it recommends somebody to everybody: --ranking circles, or KITH_RANKING. There are networks on which ' +
        'whoever was popular lately is nearly as good: `kith evaluate` tells what suits this one.',
    );
  if (isPublished && summary.rows?.recommendations === 0)
    lines.push(
      '',
      `NOBODY IS RECOMMENDED: no activity between ${isoSeconds(run.asOf - run.settings.weighting.windowSeconds)} and ` +
        `${isoSeconds(run.asOf)} leads to anyone new.`,
    );
  if (summary.reputation === 'none')
    lines.push(
      '',
      'NOBODY WAS FILTERED BY REPUTATION: the run had no list of scores (--reputation CSV or --model DIR gives one).',
    );
  return lines;
}

function describeChanges({ closest, recommendations, users, topFive }: Changes): string[] {
  const { added, gone, moved } = recommendations;
  return [
    '  changes',
    `    closest_connections ${count(closest.added)} new, ${count(closest.gone)} gone`,
    `    recommendations     ${count(added)} new, ${count(gone)} gone, ${count(moved)} of another rank`,
    `    first five          change for ${count(topFive)} of ${several(users, 'user')}`,
  ];
}

export function describeChecks(checks: readonly CheckOutcome[]): string[] {
  return checks.map(
    ({ outcome, name, sentence, detail }) =>
      `    ${outcome.padEnd(8)}${name.padEnd(14)}${sentence}${detail ? ` (${detail})` : ''}`,
  );
}

/** Like {@link several}, with the number at the right of so many places. */
function aligned(value: number, places: number, one: string, many?: string): string {
  return `${' '.repeat(Math.max(0, places - count(value).length))}${several(value, one, many)}`;
}

/** What became of a file's lines, and how it is written. */
export function describeFile({ file, lines, parsed, rejected, selfDropped, unwanted, form }: FileCount): string {
  return (
    `    ${file.padEnd(16)}${aligned(lines, 12, 'line')}, ${count(parsed)} parsed, ${count(rejected)} rejected` +
    (selfDropped ? `, ${count(selfDropped)} of users towards themselves left out` : '') +
    (unwanted ? `, ${count(unwanted)} left out by the mapping` : '') +
    (form === undefined ? '' : ` (${form})`)
  );
}

export function describeUnread(unread: UnreadNames | undefined): string[] {
  if (!unread) return [];
  const { names, more } = unread;
  return [`    not read: ${names.join(', ')}${more > 0 ? `, and ${count(more)} more` : ''}`];
}

function describeInput(summary: RunSummary): string[] {
  const lines: string[] = [];
  if (summary.files) {
    lines.push('  input');
    lines.push(...summary.files.map(describeFile));
    if (summary.files.some(({ rejected }) => rejected > 0)) lines.push(`    rejected lines: ${summary.rejects}`);
    if (summary.repeated)
      lines.push(`    repeated        ${aligned(summary.repeated, 12, 'activity', 'activities')}, counted once`);
    if (summary.forgotten)
      lines.push(`    forgotten       ${aligned(summary.forgotten, 12, 'row')} of people who were forgotten, left out`);
    if (summary.expired)
      lines.push(`    expired         ${aligned(summary.expired, 12, 'activity', 'activities')}, too old to be stored`);
    if (summary.later)
      lines.push(
        `    later           ${aligned(summary.later, 12, 'activity', 'activities')} after the as-of, kept but not counted yet`,
      );
    if (summary.beforeWindow)
      lines.push(
        `    earlier         ${aligned(summary.beforeWindow, 12, 'activity', 'activities')} before the window, not counted`,
      );
    if (summary.messages) lines.push(`    messages        ${count(summary.messages).padStart(12)} new`);
    lines.push(...describeUnread(summary.unread));
  }
  if (summary.graph && summary.added === undefined)
    lines.push(
      `  kept      ${several(summary.graph.users, 'user')}, ${several(summary.graph.activities, 'activity', 'activities')}`,
    );
  else if (summary.graph)
    lines.push(
      `  graph     ${several(summary.graph.users, 'user')}, ${several(summary.graph.activities, 'activity', 'activities')} ` +
        `(${count(summary.added ?? 0)} new, by ${summary.loader})`,
    );
  return lines;
}

function describeAfterwards(summary: RunSummary): string[] {
  const { pastLists, removed, pruned, undrawn, sparkClosest, leftUndone = {} } = summary;
  const lines: string[] = [];
  const { yesterday, lastWeek } = pastLists ?? {};
  // Where there is a run a week, they are the same.
  const judged = [yesterday, lastWeek?.asOf === yesterday?.asOf ? undefined : lastWeek].flatMap((each) => each ?? []);
  if (judged.length > 0) lines.push(`  came to   ${judged.map(cameTo).join('; ')}`);
  if (undrawn !== undefined)
    lines.push(
      `  not drawn ${count(undrawn)} CLOSEST_TO for Neo4j Browser, more than KITH_DRAW_AT_MOST${sparkClosest === undefined ? ': `kith draw`' : ''}`,
    );
  if (removed)
    lines.push(
      `  expired   ${several(removed, 'activity', 'activities')} let go; a longer KITH_RETENTION_DAYS keeps them`,
    );
  if (pruned) lines.push(`  pruned    the folders of ${several(pruned, 'old run')}`);
  for (const [name, why] of Object.entries(leftUndone))
    lines.push(`  left to the next run: ${name} (${why}); the tables are whole`);
  return lines;
}

function cameTo({ asOf, users, recommended, popular }: JudgedList): string {
  const share = (part: number) => `${((100 * part) / Math.max(users, 1)).toFixed(1)} %`;
  return (
    `the list of ${asOf.slice(0, 10)}: of ${several(users, 'user')} with new partners ${share(recommended)} turned to somebody ` +
    `in it, ${share(popular)} to one of the popular`
  );
}

function describeDropped({ dropped, reputation, changes }: RunSummary): string[] {
  if (!dropped) return [];
  const before = changes?.droppedBefore;
  const counted = (name: keyof typeof dropped) =>
    `${count(dropped[name] ?? 0)}${before?.[name] === undefined ? '' : ` (published: ${count(before[name])})`}`;
  const parts: string[] = [];
  if (dropped.suspended !== undefined)
    parts.push(`suspended ${counted('suspended')} ${dropped.suspended === 1 ? 'activity' : 'activities'}`);
  if (dropped.self !== undefined)
    parts.push(
      `${toldOf(dropped)
        .map(({ name, text }) => `${text} ${counted(name)}`)
        .join(', ')} candidates`,
    );
  const lines = parts.length > 0 ? [`  dropped   ${parts.join('; ')}`] : [];
  if (reputation && reputation !== 'none') {
    lines.push(`  scores    ${several(reputation.scored, 'user')} of the graph, from ${reputation.list}`);
    const { model } = reputation;
    if (model)
      lines.push(
        `            ${several(model.weeks, 'user-week')} by the model ${model.folder}, ${count(model.scored)} of them new`,
      );
  }
  return lines;
}
