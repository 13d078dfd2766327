import { count, several } from '../figures.ts';
import type { Evaluation, Split } from './evaluate.ts';
import { decimals, differenceText, estimateText, namesOf, percent, settingsText } from './format.ts';
import type { Judged } from './judge.ts';

/** A table for people: on the terminal, and on the page. */
export interface Table {
  title: string;
  head: string[];
  rows: string[][];
}

/** What was evaluated, in sentences. */
export function introduction(evaluation: Evaluation, hasScores: boolean): string[] {
  const { plan, judged, sweep } = evaluation;
  const lines = [
    splitText(evaluation),
    `Left out of every list: ${plan.exclude === 'engaged' ? 'whom the user had engaged with' : 'whom the user had followed'}. ` +
      `Activities: ${plan.types.join(', ')}. Seed ${plan.seed}.`,
  ];
  const settings = new Set(judged.map((each) => settingsText(each.settings, hasScores)));
  if (settings.size === 1) lines.push(`Settings: ${[...settings].join()}.`);
  if (sweep)
    lines.push(
      `Tried on an inner cut: ${several(sweep.tried.length, 'combination')}. ${splitText(sweep)} The best of them is shown on the outer cut, beside the default.`,
    );
  return lines;
}

function splitText({ cut, before, after, users, cold }: Split): string {
  const drawn =
    users.drawn < users.all ? `${count(users.drawn)} of ${several(users.all, 'user')}` : several(users.all, 'user');
  return (
    `Cut ${cut}: ${several(before, 'activity', 'activities')} up to it, ${count(after)} after it; ` +
    `${drawn} with new partners, and ${count(cold.all)} who had done nothing before.`
  );
}

/** All tables of an evaluation. */
export function tablesOf(evaluation: Evaluation, hasScores: boolean): Table[] {
  const { judged, reference, sweep } = evaluation;
  const names = namesOf(judged, hasScores);
  const tables = [qualityTable(judged, names, names[reference] ?? ''), listsTable(judged, names)];
  if (judged.some(({ cold }) => cold)) tables.push(coldTable(evaluation, names));
  return sweep ? [...tables, sweepTable(sweep.tried, hasScores)] : tables;
}

function qualityTable(judged: readonly Judged[], names: readonly string[], reference: string): Table {
  return {
    title: 'How many new partners are found (95 % intervals)',
    head: ['ranking', 'recall@20', 'nDCG@20', `recall@20, to ${reference}`],
    rows: judged.map(({ recall, ndcg, difference }, i) => [
      names[i] ?? '',
      estimateText(recall),
      estimateText(ndcg),
      difference ? differenceText(difference.recall) : '',
    ]),
  };
}

function listsTable(judged: readonly Judged[], names: readonly string[]): Table {
  return {
    title: 'What the lists are like',
    head: ['ranking', '10 or more', 'of catalogue', 'Gini', 'top 1 %', 'novelty', 'engaged back'],
    rows: judged.map(({ lists }, i) => [
      names[i] ?? '',
      percent(lists.atLeast10),
      percent(lists.catalogueShare),
      decimals(lists.gini, 3),
      percent(lists.topPercentShare),
      `${decimals(lists.noveltyBits, 1)} bits`,
      percent(lists.mutualShare),
    ]),
  };
}

function coldTable({ judged, cold }: Evaluation, names: readonly string[]): Table {
  return {
    title: `Users who had done nothing before (${count(cold.drawn)})`,
    head: ['ranking', 'recall@20', 'nDCG@20', 'with a list'],
    rows: judged.map((each, i) => [
      names[i] ?? '',
      each.cold ? estimateText(each.cold.recall) : '–',
      each.cold ? estimateText(each.cold.ndcg) : '–',
      percent(each.cold?.withList ?? Number.NaN),
    ]),
  };
}

const shownOfSweep = 20;

function sweepTable(tried: readonly Judged[], hasScores: boolean): Table {
  const shown = tried.slice(0, shownOfSweep);
  return {
    title: `The sweep on the inner cut${tried.length > shownOfSweep ? `: the best ${shownOfSweep} of ${tried.length}` : ''}`,
    head: ['ranking', 'settings', 'recall@20', 'nDCG@20'],
    rows: shown.map(({ ranking, settings, recall, ndcg }) => [
      ranking,
      settingsText(settings, hasScores),
      estimateText(recall),
      estimateText(ndcg),
    ]),
  };
}

/** A table as lines of text. */
export function linesOf({ title, head, rows }: Table): string[] {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd();
  return ['', title, line(head), ...rows.map(line)];
}
