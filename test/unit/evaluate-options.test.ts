import { planOf } from '../../src/evaluate/options.ts';
import { rankingNames } from '../../src/evaluate/rankings.ts';

const plan = (options: Parameters<typeof planOf>[0], hasScores = false, env: NodeJS.ProcessEnv = {}) =>
  planOf(options, hasScores, env);
const day = 86_400;

test('by default all rankings are judged, under the settings of the environment', () => {
  const { variants, ranking, grid, types, exclude, users, seed } = plan({}, false, {
    KITH_DECAY: 'exponential',
    KITH_BASE_LIKE: '0.5',
  });
  expect(variants.map(({ ranking }) => ranking)).toEqual(rankingNames);
  expect(variants[0]?.settings).toMatchObject({
    windowSeconds: 90 * day,
    decay: { kind: 'exponential', halfLifeSeconds: 30 * day },
    bases: { follow: 1000, like: 500 },
  });
  expect(ranking).toBe('second-degree');
  expect(grid).toEqual([]);
  expect({ types, exclude, users, seed }).toEqual({
    types: ['follow', 'reply', 'like', 'mention'],
    exclude: 'engaged',
    users: 6000,
    seed: 1,
  });
});

test('options go over the environment', () => {
  const options = { windowDays: 'all', minReputation: '.7', without: 'follow,like', rankings: 'circles,popularity' };
  const { variants, types } = plan({ ...options, exclude: 'followed', users: '10', seed: '0' }, true, {
    KITH_WINDOW_DAYS: '30',
    KITH_RETENTION_DAYS: '40',
  });
  expect(variants.map(({ ranking }) => ranking)).toEqual(['circles', 'popularity']);
  expect(variants[0]?.settings).toMatchObject({ windowSeconds: 'all', minReputation: 0.7 });
  expect(types).toEqual(['reply', 'mention']);
  // What is kept in a graph has nothing to do with what is evaluated here.
  expect(plan({ windowDays: '365' }, false, { KITH_RETENTION_DAYS: '40' }).variants[0]?.settings.windowSeconds).toBe(
    365 * day,
  );
});

test('the others are compared with what runs compute, or with --ranking', () => {
  const env = { KITH_RANKING: 'circles' };
  expect(plan({}, false, env).ranking).toBe('circles');
  expect(plan({ ranking: 'popularity' }, false, env).ranking).toBe('popularity');
  const { ranking, variants, grid } = plan({ sweep: ['window-days=7,30'] }, false, env);
  expect(ranking).toBe('circles');
  expect(variants.map((each) => each.ranking)).toEqual(['circles', 'popularity']);
  expect(grid.map((each) => each.ranking)).toEqual(['circles', 'circles']);
});

describe('sweeps', () => {
  test('make a grid, in which equal settings are one object and neighbours', () => {
    const { grid, variants } = plan({ sweep: ['ranking=second-degree,circles', 'window-days=7,all', 'base-like=0,2'] });
    expect(variants.map(({ ranking }) => ranking)).toEqual(['second-degree', 'popularity']);
    expect(grid).toHaveLength(8);
    for (const i of [0, 2, 4, 6]) {
      expect(grid[i + 1]?.settings).toBe(grid[i]?.settings);
      expect([grid[i]?.ranking, grid[i + 1]?.ranking]).toEqual(['second-degree', 'circles']);
    }
    const points = new Set(grid.map(({ settings }) => `${settings.windowSeconds} ${settings.bases.like}`));
    expect(points).toEqual(new Set([`${7 * day} 0`, `${7 * day} 2000`, 'all 0', 'all 2000']));
  });

  test('try half-lives only where decay is exponential', () => {
    const sweep = ['half-life-days=1,10', 'decay=linear,exponential'];
    const decays = plan({ sweep }).grid.map(({ settings: { decay } }) =>
      decay.kind === 'linear' ? 'linear' : decay.halfLifeSeconds / day,
    );
    expect(decays).toEqual(['linear', 1, 10]);
  });

  test('judge the first of the rankings that were asked for, if the default is none of them', () => {
    const { grid } = plan({ sweep: ['window-days=7,30'], rankings: 'circles' });
    expect(grid.map(({ ranking }) => ranking)).toEqual(['circles', 'circles']);
  });

  test.each([
    [['window=7'], /--sweep should be a setting and values/],
    [['window-days=7,,8'], /--sweep should be a setting and values/],
    [['window-days=0'], /KITH_WINDOW_DAYS should be a whole number/],
    [['decay=cubic'], /KITH_DECAY should be linear or exponential/],
    [['ranking=best'], /There is no ranking "best"/],
    [['base-like=1', 'base-like=2'], /given twice/],
    [['half-life-days=1,2'], /changes nothing with linear decay/],
    [['min-reputation=0.1,0.2'], /changes nothing without --reputation/],
    [[`window-days=${Array.from({ length: 201 }, (_, i) => i + 1)}`], /201 combinations/],
  ])('are refused: %s', (sweep, why) => {
    expect(() => plan({ sweep })).toThrow(why);
  });
});

test.each([
  [{ windowDays: '0' }, /--window-days should be/],
  [{ windowDays: 'week' }, /--window-days should be/],
  [{ minReputation: '2' }, /--min-reputation should be/],
  [{ rankings: 'circle' }, /There is no ranking "circle"/],
  [{ ranking: 'circle' }, /There is no ranking "circle"/],
  [{ ranking: 'circles', rankings: 'second-degree' }, /--ranking circles is none of/],
  [{ without: 'follows' }, /--without should be some of/],
  [{ without: 'follow,reply,like,mention' }, /leaves no type/],
  [{ exclude: 'nobody' }, /--exclude should be/],
  [{ users: '0' }, /--users should be/],
  [{ seed: '-1' }, /--seed should be/],
])('refuses %j', (options, why) => {
  expect(() => plan(options)).toThrow(why);
});
