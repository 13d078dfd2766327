import { jest } from '@jest/globals';
import { ProgressWords } from '../../src/progress.ts';

test('progress is worded with the rate and the time left, since its kind of work was first reported', () => {
  let now = 10_000;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
  try {
    const words = new ProgressWords();
    expect(words.of({ doing: 'sorting' })).toBe('sorting');
    now += 50_000;
    expect(words.of({ doing: 'merging', share: 0.1, count: 1_000, unit: 'rows' })).toBe('merging: 10 %, 1,000 rows');
    now += 10_000;
    expect(words.of({ doing: 'merging', share: 0.25, count: 12_500, unit: 'rows' })).toBe(
      'merging: 25 %, 12,500 rows, 1,250/s, 30 s left',
    );
    now += 30_000;
    expect(words.of({ doing: 'merging', share: 1, count: 40_000, unit: 'rows' })).toBe(
      'merging: 100 %, 40,000 rows, 1,000/s, 0 s left',
    );
  } finally {
    clock.mockRestore();
  }
});
