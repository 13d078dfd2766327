import fc from 'fast-check';
import { drawSmallTimeline, drawTimeline } from '../../src/dashboard/draw-timeline.ts';
import { flowOf } from '../../src/dashboard/flow.ts';
import { asOfText, duration, percent, runMilliseconds } from '../../src/dashboard/format.ts';
import { renderOverview } from '../../src/dashboard/overview-page.ts';
import { renderRun } from '../../src/dashboard/run-page.ts';
import { timelineOf } from '../../src/dashboard/timeline.ts';
import { chartsOf, drawChart, pastListCharts } from '../../src/dashboard/trend.ts';
import { html } from '../../src/html.ts';
import type { StepState } from '../../src/jobs/attempt.ts';
import type { RunWithSteps } from '../../src/jobs/runs-with-steps.ts';
import { wholeRun } from '../../src/jobs/step-name.ts';
import type { UserView } from '../../src/show/show-user.ts';

const start = Date.parse('2024-06-01T07:00:00Z');
const iso = (milliseconds: number) => new Date(start + milliseconds).toISOString();

function step(name: StepState['name'], from: number, to: number | null, given: Partial<StepState> = {}) {
  return {
    name,
    status: to === null ? 'running' : 'done',
    attempts: 1,
    failures: 0,
    worker: 'host:1',
    startedAt: iso(from),
    finishedAt: to === null ? null : iso(to),
    retryAt: null,
    retryIn: 0,
    rows: 1234,
    error: null,
    summary: {},
    ...given,
  } satisfies StepState;
}

/** A run of ten seconds: closest and reputation side by side. */
function run(given: Partial<RunWithSteps> = {}): RunWithSteps {
  return {
    id: '20240601-a',
    asOf: '2024-06-01T00:00:00.000Z',
    input: 'graph_data/20240601',
    status: 'published',
    consistsOf: [...wholeRun],
    queuedAt: null,
    startedAt: iso(0),
    finishedAt: iso(10_000),
    error: null,
    engine: 'neo4j',
    scores: null,
    allowed: [],
    settings: {
      weighting: {
        windowSeconds: 90 * 86_400,
        decay: { kind: 'linear' },
        bases: { follow: 1000, reply: 1000, like: 1000, mention: 1000 },
        minReputation: 0.5,
      },
      ranking: 'second-degree',
      recommendEngaged: true,
      reputation: 'none',
    },
    steps: [
      step('ingest', 0, 2_000),
      step('closest', 2_000, 6_000),
      step('reputation', 2_000, 3_000),
      step('recommend', 6_000, 8_000),
      step('publish', 8_000, 10_000),
    ],
    summary: {},
    ...given,
  };
}

const overview = (runs: RunWithSteps[]) =>
  renderOverview({ runs, queue: { waiting: 0, next: [] }, next: 'none', now: start + 10_000, timeZone: 'UTC' });

describe('html', () => {
  test('escapes every character that could begin or end a tag, an attribute or an entity', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = html`${text}`.toString();
        expect(escaped).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };
        const back = escaped.replace(/&(lt|gt|quot|#39|amp);/g, (entity) => entities[entity as '&lt;']);
        expect(back).toBe(text);
      }),
    );
  });

  test('does not escape HTML, even in lists, and leaves out missing values', () => {
    const items = ['<a>', '&'].map((text) => html`<li>${text}</li>`);
    expect(html`<ul>${items}${null}${undefined}${false}${0}</ul>`.toString()).toBe(
      '<ul><li>&lt;a&gt;</li><li>&amp;</li>0</ul>',
    );
  });

  test('does not trust an object that only claims to be HTML', () => {
    const forged = { toString: () => '<script>' } as unknown as string;
    expect(html`${forged}`.toString()).toBe('&lt;script&gt;');
  });
});

describe('the time axis of a run', () => {
  test('has bars in proportion, which overlap where steps did', () => {
    const { bars, milliseconds } = timelineOf(run(), start + 60_000);
    expect(milliseconds).toBe(10_000);
    expect(bars.map(({ name, left, width }) => [name, left, width])).toEqual([
      ['ingest', 0, 0.2],
      ['closest', 0.2, 0.4],
      ['reputation', 0.2, 0.1],
      ['recommend', 0.6, 0.2],
      ['publish', 0.8, 0.2],
    ]);
  });

  test('holds every bar and tick, whatever the instants, and bars are as long as their steps', () => {
    const instant = fc.integer({ min: 0, max: 3 * 86_400_000 });
    const span = fc.tuple(instant, fc.option(instant)).map(([from, length]) => ({ from, length }));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 5 }), instant, (spans, now) => {
        const names = ['ingest', 'closest', 'reputation', 'recommend', 'publish'] as const;
        const steps = spans.map(({ from, length }, i) =>
          step(names[i] as 'ingest', from, length === null ? null : from + length),
        );
        const { bars, ticks, milliseconds } = timelineOf(run({ steps, finishedAt: null }), start + now);
        for (const { left, width, milliseconds: length } of bars) {
          expect(left).toBeGreaterThanOrEqual(0);
          expect(left + width).toBeLessThanOrEqual(1 + 1e-9);
          expect(width * milliseconds).toBeCloseTo(length, 3);
        }
        expect(ticks.length).toBeLessThanOrEqual(7);
        expect(ticks.every(({ at }) => at >= 0 && at <= 1)).toBe(true);
      }),
    );
  });

  test('draws a running step up to now', () => {
    const underWay = run({ status: 'running', finishedAt: null, steps: [step('ingest', 1_000, null)] });
    const { bars } = timelineOf(underWay, start + 5_000);
    expect(bars[0]).toMatchObject({ left: 0.2, width: 0.8, milliseconds: 4_000 });
    expect(bars[1]).toEqual({ name: 'closest', left: 0, width: 0, milliseconds: 0 });
  });

  test('is empty for a queued run', () => {
    const queued = run({ status: 'queued', startedAt: null, finishedAt: null, steps: [] });
    expect(timelineOf(queued, start)).toMatchObject({ milliseconds: 0, ticks: [] });
    expect(runMilliseconds(queued, start)).toBeUndefined();
    expect(drawTimeline(queued, start).toString()).not.toMatch(/NaN|Infinity|data-step/);
  });

  test('does not break when everything took no time', () => {
    const quick = run({ finishedAt: iso(0), steps: [step('ingest', 0, 0)] });
    expect(drawTimeline(quick, start).toString()).not.toMatch(/NaN|Infinity/);
  });
});

describe('the picture of a run', () => {
  test('says in words what its colours say', () => {
    const steps = [
      step('ingest', 0, 2_000, { attempts: 3 }),
      step('closest', 2_000, null),
      step('reputation', 2_000, 3_000, { status: 'waiting', rows: null }),
      step('recommend', 3_000, 3_500, { status: 'failed', rows: null }),
    ];
    const picture = drawTimeline(run({ status: 'running', finishedAt: null, steps }), start + 8_000).toString();
    expect(picture).toContain('2.0 s · 1,234 lines · 3 attempts');
    expect(picture).toContain('running · 6.0 s');
    expect(picture).toContain('waiting · 6.0 s');
    expect(picture).toContain('failed · 500 ms');
    expect(picture).toContain('not begun');
    expect(picture.match(/data-step/g)).toHaveLength(4);
  });

  test('also has a bar for each step and a title when it is small', () => {
    const picture = drawSmallTimeline(run(), start).toString();
    expect(picture.match(/data-step/g)).toHaveLength(5);
    expect(picture).toContain('role="img"');
    expect(picture).toContain('<title>Steps of the run as of 1 June 2024, published, 10 s: ingest 2.0 s');
  });
});

describe('how the last runs went', () => {
  const rows = { closest: 100, recommendations: 50, reasons: 50 };
  const files = [{ file: 'like.csv', lines: 200, parsed: 198, rejected: 2, selfDropped: 0 }];
  const failed = run({ status: 'failed', finishedAt: iso(5_000), error: 'no' });
  const charts = chartsOf([failed, run({ summary: { rows, files } })], start);

  test('is drawn from the oldest on the left, and a failed run publishes nothing', () => {
    expect(charts.map(({ title, latest }) => [title, latest])).toEqual([
      ['Duration', '5.0 s'],
      ['Rows published', '200'],
      ['Rejected, of the lines read', '1 %'],
    ]);
    const sums = charts.map(({ columns }) =>
      columns.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)),
    );
    expect(sums).toEqual([
      [10_000, 5_000],
      [200, 0],
      [0.01, 0],
    ]);
  });

  test('has columns as high as their values', () => {
    const picture = drawChart(charts[1] as (typeof charts)[0]).toString();
    const heights = [...picture.matchAll(/<rect class="(?:closest|recommendations|reasons)"[^>]* height="([\d.]+)"/g)];
    expect(heights.map(([, height]) => Number(height))).toEqual([60, 30, 30]);
    expect(picture).toContain('as of 1 June 2024, failed: nothing published');
  });

  test('can be drawn without any runs', () => {
    for (const chart of chartsOf([], start)) expect(drawChart(chart).toString()).not.toMatch(/NaN|Infinity/);
  });
});

describe('what past lists came to', () => {
  const pastLists = {
    yesterday: { asOf: '2024-05-31T00:00:00Z', users: 200, recommended: 10, popular: 20 },
    lastWeek: { asOf: '2024-05-25T00:00:00Z', users: 0, recommended: 0, popular: 0 },
  };
  const runs = [run({ summary: { pastLists } }), run()];

  test('is drawn as columns, with the popular as lines across them', () => {
    const [yesterday, lastWeek] = pastListCharts(runs);
    expect([yesterday?.title, yesterday?.latest]).toEqual(['After a day', '5 %, popular 10 %']);
    expect(yesterday?.columns.map(({ parts, mark }) => [parts[0]?.value, mark])).toEqual([
      [undefined, undefined],
      [0.05, 0.1],
    ]);
    const picture = drawChart(yesterday as NonNullable<typeof yesterday>).toString();
    expect(picture).toMatch(/class="recommendations"[^>]* y="74" [^>]* height="60"/);
    expect(picture.match(/class="popular"[^>]* y="13" /g)).toHaveLength(1);
    expect(picture).toContain(
      '200 users who turned to somebody new since, 10 turned to somebody recommended, 20 to one of the popular',
    );
    expect(drawChart(lastWeek as NonNullable<typeof lastWeek>).toString()).not.toMatch(/NaN|Infinity/);
  });

  test('is on the page with what it does not prove, once a run has judged a list', () => {
    const page = (given: RunWithSteps[]) =>
      renderOverview({ runs: given, queue: { waiting: 0, next: [] }, next: 'none', now: start, timeZone: 'UTC' });
    expect(page(runs)).toContain('People see what is recommended');
    expect(page([run()])).not.toContain('People see what is recommended');
  });
});

test('whoever is in between has their whole id, blanks included, as label and link', () => {
  const source = 'second-degree';
  const reasons = [{ userId: 'ann lee', weight: '2', source }];
  const recommendations = [{ userId: 'bob x y', rank: 1, score: '2', source, reasons }];
  const closest = [{ userId: 'ann lee', rank: 1, weight: '3' }];
  const { nodes } = flowOf({ userId: 'me too', run: {} as UserView['run'], closest, recommendations }, []);
  expect(nodes.find(({ column }) => column === 1)).toMatchObject({
    kind: 'between',
    label: 'ann lee',
    title: expect.stringMatching(/^ann lee: number 1 of the closest/),
    userId: 'ann lee',
  });
});

describe('pages', () => {
  const evil = '<script>alert("x")</script>';

  test('show any text of a run as text', () => {
    const given = run({
      id: evil,
      input: evil,
      status: 'failed',
      error: evil,
      steps: [step('ingest', 0, 1_000, { status: 'failed', error: evil, worker: evil })],
      summary: {
        rejects: evil,
        files: [{ file: evil, lines: 1, parsed: 0, rejected: 1, selfDropped: 0 }],
        checks: [{ name: evil, sentence: evil, outcome: 'failed', detail: evil }],
        reputation: { list: evil, scored: 1, model: { folder: evil, weeks: 1, scored: 1 } },
      },
    });
    for (const page of [overview([given, given]), renderRun(given, start, 'UTC')]) {
      expect(page).toContain('&lt;script&gt;');
      expect(page).not.toMatch(/<script|onerror=|style="/);
    }
  });

  test('say so when nothing has run yet, and reload', () => {
    const page = overview([]);
    expect(page).toContain('Nothing has run yet');
    expect(page).toContain('http-equiv="refresh" content="60"');
  });

  test('reload soon while a run is in progress, and the page of a finished run never reloads', () => {
    const underWay = run({ status: 'running', finishedAt: null });
    expect(overview([underWay])).toContain('http-equiv="refresh" content="3"');
    expect(renderRun(underWay, start, 'UTC')).toContain('http-equiv="refresh"');
    expect(renderRun(run(), start, 'UTC')).not.toContain('http-equiv="refresh"');
  });

  test('say which run the tables show when it is not the latest one', () => {
    const failed = run({ id: 'b', asOf: '2024-06-02T00:00:00.000Z', status: 'failed', error: 'The disk is full.' });
    expect(overview([failed, run()])).toContain(
      'The tables are as of <a href="/runs/20240601-a">1 June 2024</a>, published 1 Jun 2024, 07:00:10 (UTC), 0 ms ago.',
    );
  });

  test('say for which folder a run waits, since when and until when', () => {
    const waiting = step('ingest', 0, null, {
      status: 'waiting',
      attempts: 0,
      error: 'not there',
      retryAt: iso(30_000),
    });
    const given = { status: 'running', queuedAt: iso(-5_000), finishedAt: null } as const;
    const page = (of: Partial<RunWithSteps>) =>
      renderRun(run({ ...given, ...of }), start, 'UTC', { folderPatience: 3_600_000 });
    expect(page({ steps: [waiting] })).toContain(
      'It waits for the folder <span class="path">graph_data/20240601</span> since 1 Jun 2024, 07:00:00, until 1 Jun 2024, 08:00:00',
    );
    expect(page({ steps: [{ ...waiting, attempts: 1 }] })).not.toContain('It waits for the folder');
  });

  test('say why a step waits', () => {
    const waiting = step('ingest', 0, null, {
      status: 'waiting',
      error: 'no folder',
      retryAt: iso(30_000),
      attempts: 0,
    });
    const page = overview([run({ status: 'running', finishedAt: null, steps: [waiting] })]);
    expect(page).toContain('<strong>ingest waits:</strong> no folder Next try at 1 Jun 2024, 07:00:30.');
  });
});

test.each([
  [0, '0 ms'],
  [85.4, '85 ms'],
  [1_500, '1.5 s'],
  [9_940, '9.9 s'],
  [9_960, '10 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [185_000, '3 min 5 s'],
  [3_600_000, '1 h'],
  [4_320_000, '1 h 12 min'],
  [2 * 86_400_000 + 3 * 3_600_000, '2 d 3 h'],
])('%d ms read as %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test('shares and dates are formatted for people', () => {
  expect([percent(0, 0), percent(2, 1000), percent(1, 1_000_000)]).toEqual(['0 %', '0.2 %', '< 0.01 %']);
  expect(asOfText('2024-06-01T00:00:00.000Z')).toBe('1 June 2024');
  expect(asOfText('2024-06-01T06:30:00.000Z')).toBe('1 June 2024, 06:30:00 UTC');
});
