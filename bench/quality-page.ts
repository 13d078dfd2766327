import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chartsOf } from '../src/evaluate/charts.ts';
import { remarksOn } from '../src/evaluate/evaluate.ts';
import { decimals, differenceText, estimateText, percent } from '../src/evaluate/format.ts';
import type { Judged } from '../src/evaluate/judge.ts';
import { count } from '../src/figures.ts';
import { drawDots } from '../src/pictures/dot-chart.ts';
import { type QualityFigures, realNetworks } from './quality.ts';
import { fillPlaces } from './report.ts';
import type { Entry, Results } from './results.ts';
import { type SpamFigures, strangersAtMost } from './spam.ts';
import { table } from './tables.ts';

const none = 'Not measured yet.';

/** The name of a network's file of results. */
export const resultsOf = (name: string) => `quality-${name}`;

/** Writes the tables and pictures of docs/quality.md, if the page is there, from the results; what stands around them stays. */
export function writeQualityPage(results: Results, page: string): void {
  if (!existsSync(page)) return;
  const images = join(dirname(page), 'images');
  mkdirSync(images, { recursive: true });
  const found = realNetworks.map(({ name }) => ({ name, entry: results.read('quality', resultsOf(name)).at(-1) }));
  const spammed = ['generated', ...realNetworks.map(({ name }) => name)].map((name) => ({
    name,
    entry: results.read('spam', `spam-${name}`).at(-1),
  }));
  const sections: Record<string, string> = { 'quality-all': summaryTable(found), spam: spamTable(spammed) };
  for (const { name, entry } of found) {
    sections[resultsOf(name)] = entry ? networkSection(entry, name) : none;
    if (entry) writePictures(entry.figures, name, images);
  }
  writeFileSync(page, fillPlaces(readFileSync(page, 'utf8'), sections));
}

function writePictures({ judged }: QualityFigures, name: string, images: string): void {
  const names = judged.map(({ ranking }) => ranking);
  const charts = chartsOf(judged, names);
  for (const kind of ['activity', 'popularity'] as const)
    writeFileSync(join(images, `quality-${name}-${kind}.svg`), drawDots(charts[kind]).toString());
}

function summaryTable(found: readonly { name: string; entry: Entry<QualityFigures> | undefined }[]): string {
  const rows = found.flatMap(({ name, entry }) => {
    if (!entry) return [];
    const { judged, baselines, users } = entry.figures;
    const of = (ranking: string) => judged.find((each) => each.ranking === ranking);
    const best = [...baselines].sort((a, b) => b.recall.mean - a.recall.mean)[0];
    const text = (quality: Pick<Judged, 'recall' | 'ndcg'> | undefined) =>
      quality ? `${decimals(quality.recall.mean, 3)} / ${decimals(quality.ndcg.mean, 3)}` : '–';
    return [
      [
        name,
        count(users.drawn),
        ...['second-degree', 'circles', 'popularity', 'recent-popularity'].map((ranking) => text(of(ranking))),
        best ? `${text(best)} (${best.name})` : '–',
      ],
    ];
  });
  if (rows.length === 0) return none;
  const head = ['recall@20 / nDCG@20', 'users', 'second-degree', 'circles', 'popularity', 'recent-popularity'];
  return table([...head, 'best of other libraries'], rows);
}

function spamTable(found: readonly { name: string; entry: Entry<SpamFigures[]> | undefined }[]): string {
  const rows = found.flatMap(({ name, entry }) =>
    (entry?.figures ?? []).map((each) => [
      name,
      each.accounts === 1 ? 'one' : `a ring of ${each.accounts}`,
      { nothing: '–', scores: 'reputation', strangers: `at most ${strangersAtMost} strangers` }[each.against],
      percent(each.secondDegree.reached),
      percent(each.circles.reached),
      percent(each.circles.recommended),
      percent(each.circles.first),
      each.source ?? '–',
      percent(each.vias),
    ]),
  );
  if (rows.length === 0) return none;
  const head = ['network', 'accounts', 'against them', 'second-degree', 'circles'];
  return table([...head, 'of recommendations', 'at the top', 'mostly as', 'among vias'], rows);
}

function networkSection({ figures, date, versions }: Entry<QualityFigures>, name: string): string {
  const { judged, baselines, users, cold, cut, before, after, reference, processorSeconds } = figures;
  const quality = table(
    ['ranking', 'recall@20', 'nDCG@20', 'recall@20, to second-degree'],
    [
      ...judged.map(({ ranking, recall, ndcg, difference }) => [
        ranking,
        estimateText(recall),
        estimateText(ndcg),
        difference ? differenceText(difference.recall) : '',
      ]),
      ...baselines.map((each) => [each.name, estimateText(each.recall), estimateText(each.ndcg), '']),
    ],
  );
  const lists = table(
    ['ranking', '10 or more', 'of catalogue', 'Gini', 'top 1 %', 'novelty', 'engaged back', 'recall@20, cold users'],
    judged.map(({ ranking, lists, cold }) => [
      ranking,
      percent(lists.atLeast10),
      percent(lists.catalogueShare),
      decimals(lists.gini, 3),
      percent(lists.topPercentShare),
      `${decimals(lists.noveltyBits, 1)} bits`,
      percent(lists.mutualShare),
      cold ? estimateText(cold.recall) : '–',
    ]),
  );
  const tuned = baselines.map((each) => `${each.name}: ${settingsText(each.settings)}`);
  return [
    `Cut ${cut}: ${count(before)} activities up to it, ${count(after)} after it; ${count(users.drawn)} of ${count(users.all)} users with ` +
      `new partners, and ${count(cold.drawn)} of ${count(cold.all)} cold ones. ${processorSeconds.toFixed(0)} s of the processor; ` +
      `${date}, commit ${versions.commit}.`,
    quality,
    ...(tuned.length > 0 ? [`Chosen on the inner cut: ${tuned.join('; ')}.`] : []),
    lists,
    ...remarksOn(judged, reference),
    `![New partners found, by the user's activities](images/quality-${name}-activity.svg)`,
    `![New partners found, by their popularity](images/quality-${name}-popularity.svg)`,
  ].join('\n\n');
}

function settingsText(settings: Record<string, number | boolean>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
