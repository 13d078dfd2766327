import type { RunFacts } from '../../src/jobs/run.ts';
import type { Step } from '../../src/show/activities.ts';
import type { Explanation } from '../../src/show/explain.ts';
import type { CirclesExplanation } from '../../src/show/explain-circles.ts';
import type { Obstacle } from '../../src/show/obstacle.ts';
import { renderCircles } from '../../src/show/render-circles.ts';
import { renderExplanation } from '../../src/show/render-explanation.ts';
import { renderUser } from '../../src/show/render-user.ts';
import type { UserView } from '../../src/show/show-user.ts';
import { columns, instantText, weightText } from '../../src/show/text.ts';

const run: RunFacts = {
  id: 'the-run',
  asOf: 1_717_200_000,
  startedAt: '2024-06-01T07:00:00.000Z',
  settings: {
    weighting: {
      windowSeconds: 90 * 86_400,
      decay: { kind: 'linear' },
      bases: { follow: 1000, reply: 1000, like: 1000, mention: 1000 },
      minReputation: 0.5,
    },
    ranking: 'second-degree',
    recommendEngaged: true,
    reputation: 'list',
  },
};

const view = (more: Partial<UserView>): UserView => ({
  userId: 42,
  run,
  suspended: false,
  closest: [],
  recommendations: [],
  dropped: { self: 0, followed: 0, reputation: 0 },
  ...more,
});

const step = (from: number, to: number, activities: number): Step => ({
  from,
  to,
  rank: 1,
  weight: '0.500000000000',
  activities: Array.from({ length: activities }, (_, i) => ({
    type: 'like',
    at: run.asOf - i,
    messageId: '9007199254740993',
  })),
});

const explanation = (more: Partial<Explanation>): Explanation => ({
  userId: 42,
  recId: 99,
  run,
  recommended: true,
  rank: 3,
  score: '0.500000000000',
  obstacles: [],
  notes: [],
  reasons: [{ userId: 17, weight: '0.500000000000', steps: [step(42, 17, 1), step(17, 99, 7)] }],
  ...more,
});

test('a weight too small for the shown places is not shown as nothing', () => {
  expect([weightText('0.000000000001'), weightText('0.000000000000'), weightText('12.345678901234')]).toEqual([
    '<0.0001',
    '0.0000',
    '12.3457',
  ]);
});

test('an instant is shown in UTC', () => {
  expect(instantText(1_717_200_001)).toBe('2024-06-01 00:00:01 UTC');
});

test('numbers are set right and text is left as it is', () => {
  expect(
    columns(
      [
        ['rank', 'why'],
        ['1', 'because of 17'],
      ],
      1,
    ),
  ).toBe('  rank  why\n     1  because of 17');
});

test('a user without connections is told why there are none', () => {
  expect(renderUser(view({}), 'kith')).toContain('in the 90 days before the as-of, the user did nothing that counts');
  const suspended = renderUser(view({ suspended: true }), 'kith');
  expect(suspended).toContain('User 42 is suspended');
  expect(suspended).not.toContain('did nothing that counts');
});

test('of many reasons the three heaviest are named and the others counted', () => {
  const reasons = [1, 2, 3, 4, 5].map((userId) => ({ userId, weight: '0.100000000000', source: 'second-degree' }));
  const text = renderUser(
    view({
      closest: [{ userId: 1, rank: 1, weight: '1.000000000000' }],
      recommendations: [{ userId: 99, rank: 1, score: '0.500000000000', source: 'second-degree', reasons }],
    }),
    'KITH_HOME=.kith-demo npx kith',
  );
  expect(text).toContain('1 (0.1000), 2 (0.1000), 3 (0.1000) and 2 more');
  expect(text).toContain("Why someone is recommended, or isn't: KITH_HOME=.kith-demo npx kith show 42 --why 99");
});

test('of many activities the newest are shown and the others counted, with message ids in full', () => {
  const text = renderExplanation(explanation({}));
  expect(text).toContain('99 is recommended to 42: rank 3, score 0.5000, because of 1 closest connection.');
  expect(text).toContain('and 2 older');
  expect(text).toContain('message 9007199254740993');
});

test.each<[Obstacle, string]>([
  [{ kind: 'user-suspended' }, '42 is suspended'],
  [{ kind: 'suspended' }, '99 is suspended'],
  [{ kind: 'self' }, 'Nobody is recommended to themself.'],
  [{ kind: 'followed', followedAt: 1_717_000_000 }, '42 has followed 99 since 2024-05-29 16:26:40 UTC.'],
  [{ kind: 'no-path' }, 'None of the closest connections of 42 has 99 among theirs.'],
  [{ kind: 'reputation', least: 0.5 }, '99 has no reputation score'],
  [
    { kind: 'reputation', reputation: 0.31, least: 0.5 },
    'The reputation of 99 is 0.31, and only users of at least 0.5',
  ],
  [
    { kind: 'not-among-best', rank: 37, lowestScore: '0.250000000000' },
    'rank 37 and only 20 are recommended; the 20th has',
  ],
])('the obstacle %j has a sentence', (obstacle, sentence) => {
  const text = renderExplanation(explanation({ recommended: false, rank: undefined, obstacles: [obstacle] }));
  expect(text).toMatch(/^99 is not recommended to 42\./);
  expect(text).toContain(sentence);
});

describe('circles', () => {
  const byCircles: RunFacts = { ...run, settings: { ...run.settings, ranking: 'circles' } };

  test('whoever has done nothing is told why they get the popular', () => {
    const text = renderUser(
      view({
        run: byCircles,
        vias: [],
        recommendations: [
          {
            userId: 99,
            rank: 1,
            score: '0.3000000',
            source: 'popular',
            reasons: [{ userId: 99, weight: '0.3000000', source: 'popular' }],
          },
        ],
      }),
      'kith',
    );
    expect(text).toContain('No ties: nobody engaged with the user in the window either');
    expect(text).toMatch(/1 +99 +0\.3000 +popular \(0\.3000\)/);
    expect(text).toContain('kith show 42 --why 99');
  });

  test('why somebody is recommended is said in words, and who speaks for them where that is asked for', () => {
    const explained: CirclesExplanation = {
      userId: 42,
      recId: 1454,
      run: byCircles,
      recommended: true,
      rank: 3,
      score: '0.4500000',
      obstacles: [],
      vias: 10,
      terms: [
        {
          source: 'circle',
          via: 912,
          rank: 2,
          members: 45,
          weight: '0.2000000',
          lately: [5, 7, 8],
          before: Array.from({ length: 11 }, (_, i) => 100 + i),
        },
        { source: 'popular', rank: 8, weight: '0.1500000' },
        {
          source: 'engages-with-you',
          weight: '0.1000000',
          activities: [{ type: 'like', at: run.asOf - 60, messageId: '1' }],
        },
      ],
    };
    const text = renderCircles(explained, false);
    expect(text).toContain('1454 is recommended to 42: rank 3, score 0.4500.');
    expect(text).toContain(
      '0.2000  of the 45 people around 912 (tie 2), 14 (31 %) engage with 1454, 3 of them recently',
    );
    expect(text).toContain('0.1500  popular: 1454 is number 8');
    expect(text).toContain('0.1000  1454 engaged with 42, last at 2024-05-31 23:59:00 UTC');
    expect(text).not.toContain('5, 7, 8');
    expect(renderCircles(explained, true)).toContain('5, 7, 8, 100, 101');
    const missed: CirclesExplanation = {
      ...explained,
      recommended: false,
      rank: 31,
      obstacles: [{ kind: 'not-among-best', rank: 31, lowestScore: '0.5000000', missing: '0.0500000' }],
    };
    expect(renderCircles(missed, false)).toContain(
      '1454 has rank 31 and only 20 are recommended; the 20th has score 0.5000, which is 0.0500 more.',
    );
  });
});
