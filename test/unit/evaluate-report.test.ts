import type { Evaluation } from '../../src/evaluate/evaluate.ts';
import type { Judged } from '../../src/evaluate/judge.ts';
import { planOf } from '../../src/evaluate/options.ts';
import { renderEvaluation } from '../../src/evaluate/page.ts';
import { introduction, linesOf, tablesOf } from '../../src/evaluate/tables.ts';

const plan = planOf({ rankings: 'second-degree,popularity', windowDays: '7' }, false, {});
const estimate = (mean: number) => ({ mean, low: mean - 0.01, high: mean + 0.01 });

function judged(ranking: Judged['ranking'], recall: number, settings = plan.variants[0]?.settings): Judged {
  if (!settings) throw new Error('no settings');
  return {
    ranking,
    settings,
    recall: estimate(recall),
    ndcg: estimate(recall / 2),
    difference: ranking === 'second-degree' ? undefined : { recall: estimate(0.05), ndcg: estimate(0.02) },
    lists: {
      recommendations: 100,
      atLeast10: 0.5,
      catalogueShare: 0.004,
      gini: 0.9,
      topPercentShare: Number.NaN,
      noveltyBits: 3,
      mutualShare: 0.125,
    },
    byActivity: [{ group: '1', users: 3, recall: estimate(recall) }],
    byPopularity: [{ group: 'top 1 %', recommended: 100, partners: 10, found: 5 }],
    cold: undefined,
  };
}

const evaluation: Evaluation = {
  plan,
  cut: '2024-05-01T00:00:00Z',
  before: 8000,
  after: 2000,
  users: { all: 7000, drawn: 6000 },
  cold: { all: 0, drawn: 0 },
  reference: 0,
  judged: [judged('second-degree', 0.1), judged('popularity', 0.15)],
  sweep: undefined,
  remarks: ['A <remark>.'],
};

test('tables say what was judged, with intervals and differences to the default', () => {
  const text = [...introduction(evaluation, false), ...tablesOf(evaluation, false).flatMap(linesOf)].join('\n');
  expect(text).toContain('8,000 activities up to it, 2,000 after it; 6,000 of 7,000 users with new partners');
  expect(text).toContain('Settings: window 7 days, linear decay, bases 1.');
  expect(text).toMatch(/^ {2}second-degree +0\.1000 \[0\.0900–0\.1100\] +0\.0500 \[0\.0400–0\.0600\]$/m);
  expect(text).toMatch(/^ {2}popularity +0\.1500 .* \+0\.0500 \[\+0\.0400–\+0\.0600\]$/m);
  // What there is none of is a dash.
  expect(text).toMatch(/^ {2}popularity +50\.0 % +0\.40 % +0\.900 +– +3\.0 bits +12\.5 %$/m);
  expect(text).not.toMatch(/NaN|nothing before \(/);
});

test('variants of other settings are told apart, and a sweep is listed', () => {
  const { variants } = planOf({ rankings: 'circles', windowDays: 'all' }, false, { KITH_BASE_LIKE: '0.5' });
  const swept = judged('circles', 0.2, variants[0]?.settings);
  const { plan: _, judged: __, reference: ___, remarks: ____, sweep: _____, ...split } = evaluation;
  const text = tablesOf(
    { ...evaluation, judged: [...evaluation.judged, swept], sweep: { ...split, tried: [swept] } },
    false,
  )
    .flatMap(linesOf)
    .join('\n');
  const settings = 'window all, linear decay, bases follow 1, reply 1, like 0.5, mention 1';
  expect(text).toContain(`  circles, ${settings}  0.2000`);
  expect(text).toContain('The sweep on the inner cut');
  expect(text).toContain('  second-degree, window 7 days');
});

test('the page escapes what is not its own', () => {
  const page = renderEvaluation(evaluation, 'Evaluation of <script>alert(1)</script>', false);
  expect(page).toContain('Evaluation of &lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain('A &lt;remark&gt;.');
  expect(page).not.toContain('<script');
  expect(page.match(/<svg /g)).toHaveLength(4);
  expect(page).not.toContain('NaN');
});
