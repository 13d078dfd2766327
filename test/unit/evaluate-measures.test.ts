import { cutPlaceOf, placeOfQuantile } from '../../src/evaluate/cut.ts';
import type { Recommendation } from '../../src/evaluate/evaluated-network.ts';
import { activityGroupOf, popularityGroupOf, unreachable } from '../../src/evaluate/groups.ts';
import { giniOf, ListSurvey, scoreOf } from '../../src/evaluate/measures.ts';
import { sampleOf } from '../../src/evaluate/sample.ts';

describe('the cut', () => {
  const quantile = (text: string | undefined) => {
    const place = cutPlaceOf(undefined, text);
    if (!('quantile' in place)) throw new Error('no quantile');
    return place.quantile;
  };

  test.each([
    ['0.8', 10, 8],
    ['0.8', 11, 9],
    ['0.8', 1, 1],
    // In doubles 0.07 · 100 is 7.000000000000001, and 0.55 · 100 is 55.00000000000001.
    ['0.07', 100, 7],
    ['.55', 100, 55],
    ['0.123456789', 1_000_000_000, 123_456_789],
  ])('of quantile %s of %d activities is at number %d', (text, count, place) => {
    expect(placeOfQuantile(quantile(text), count)).toBe(place);
  });

  test('is at 0.8 unless it is given, and can be an instant', () => {
    expect(placeOfQuantile(quantile(undefined), 1000)).toBe(800);
    expect(cutPlaceOf('2024-05-01', undefined)).toEqual({ at: Date.UTC(2024, 4, 1) / 1000 });
  });

  test.each([
    ['2024-05-01', '0.8', /contradict/],
    ['May', undefined, /--cut should be a time/],
    [undefined, '1', /--cut-quantile should be/],
    [undefined, '0', /--cut-quantile should be/],
    [undefined, '0.000', /--cut-quantile should be/],
    [undefined, '80%', /--cut-quantile should be/],
  ])('is refused for --cut %s --cut-quantile %s', (cut, text, why) => {
    expect(() => cutPlaceOf(cut, text)).toThrow(why);
  });
});

describe('the score of a list', () => {
  test('recall is hits to new partners', () => {
    expect(scoreOf([1, 5], 8).recall).toBe(2 / 8);
    expect(scoreOf([], 3)).toEqual({ recall: 0, ndcg: 0 });
  });

  test('of more than 20 new partners 20 count', () => {
    expect(scoreOf([2, 9, 20], 70).recall).toBe(3 / 20);
  });

  test('nDCG is 1 for the best order, and less for later hits', () => {
    expect(scoreOf([1, 2, 3], 3).ndcg).toBeCloseTo(1, 12);
    // One hit at place 3: (1 / log2(4)) / (1 / log2(2)) = 1 / 2
    expect(scoreOf([3], 1).ndcg).toBeCloseTo(0.5, 12);
    // Places 1 and 3 of two: (1 + 1/2) / (1 + 1/log2(3)) = 1.5 / 1.63093
    expect(scoreOf([1, 3], 2).ndcg).toBeCloseTo(0.919721, 5);
    const all = Array.from({ length: 20 }, (_, i) => i + 1);
    expect(scoreOf(all, 25)).toEqual({ recall: 1, ndcg: expect.closeTo(1, 12) });
  });
});

describe('what lists are like', () => {
  const recommendation = (user: number, rec: number, of: Partial<Recommendation> = {}): Recommendation => ({
    user,
    rec,
    place: 1,
    isHit: false,
    degree: 4,
    popularPlace: 50,
    isMutual: false,
    ...of,
  });
  const persons = [1, 2].map((user) => ({ user, activities: 1, partners: 1 }));

  test('shares of users, of the catalogue, of the most popular and of those who engage back; novelty in bits', () => {
    const survey = new ListSurvey({ catalogue: 200, users: 16 });
    // The top 1 % of 200 are places 1 and 2.
    for (let rec = 1; rec <= 10; rec++) survey.add(recommendation(1, rec, { popularPlace: rec, isMutual: rec === 7 }));
    survey.add(recommendation(2, 1, { popularPlace: 1, degree: 0 }));
    survey.add(recommendation(2, 99));
    const figures = survey.figures(persons);
    expect(figures).toMatchObject({ recommendations: 12, atLeast10: 1 / 2, catalogueShare: 11 / 200 });
    expect(figures.topPercentShare).toBeCloseTo(3 / 12, 12);
    expect(figures.mutualShare).toBeCloseTo(1 / 12, 12);
    // Eleven times log2(16 / 4) = 2 bits, and once log2(16 / 1) = 4.
    expect(figures.noveltyBits).toBeCloseTo((11 * 2 + 4) / 12, 12);
  });

  test('Gini is 0 where everybody is recommended as often, and near 1 where one is always', () => {
    expect(giniOf([3, 3, 3], 3)).toBeCloseTo(0, 12);
    expect(giniOf([100], 100)).toBeCloseTo(0.99, 12);
    // Of 0, 1 and 3: (1·(2·2 − 4) + 3·(2·3 − 4)) / (3 · 4) = 6 / 12
    expect(giniOf([3, 1], 3)).toBeCloseTo(0.5, 12);
  });
});

test('groups begin and end where they say', () => {
  expect([0, 1, 2, 4, 5, 19, 20, 99, 100, 5000].map(activityGroupOf)).toEqual([
    'nothing',
    '1',
    '2 to 4',
    '2 to 4',
    '5 to 19',
    '5 to 19',
    '20 to 99',
    '20 to 99',
    '100 or more',
    '100 or more',
  ]);
  expect([1, 2, 3, 20, 21, 200, 201, 2000].map((place) => popularityGroupOf(place, 2000))).toEqual([
    'top 0.1 %',
    'top 0.1 %',
    'top 1 %',
    'top 1 %',
    'top 10 %',
    'top 10 %',
    'the rest',
    'the rest',
  ]);
  expect(popularityGroupOf(undefined, 2000)).toBe(unreachable);
});

describe('the sample of users', () => {
  const users = Array.from({ length: 1000 }, (_, i) => 3 * i);

  test('is the same for the same seed, and another for another', () => {
    const sample = sampleOf(users, 100, 1, 'users');
    expect(sampleOf(users, 100, 1, 'users')).toEqual(sample);
    expect(sampleOf(users, 100, 2, 'users')).not.toEqual(sample);
    expect(sampleOf(users, 100, 1, 'cold users')).not.toEqual(sample);
  });

  test('has each of its users once, ascending, from everywhere', () => {
    const sample = sampleOf(users, 100, 1, 'users');
    expect(new Set(sample).size).toBe(100);
    expect(sample.every((user) => users.includes(user))).toBe(true);
    expect([...sample].sort((a, b) => a - b)).toEqual(sample);
    // Half of 100 users are expected in each half; 20 or fewer would be six standard deviations away.
    expect(sample.filter((user) => user < 1500).length).toBeGreaterThan(20);
    expect(sample.filter((user) => user >= 1500).length).toBeGreaterThan(20);
  });

  test('of no more users than are wanted is all of them', () => {
    expect(sampleOf([5, 9], 2, 1, 'users')).toEqual([5, 9]);
  });
});
