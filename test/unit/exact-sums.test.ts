import { requireExactSums } from '../../src/graph/recommend.ts';

const user = {
  userId: 1n,
  recommended: [7n, 8n],
  scores: [5n, 3n],
  reasonOf: [7n, 8n, 7n],
  reasonWeights: [2n, 3n, 3n],
};

test('reasons that add up to their scores pass', () => {
  expect(() => requireExactSums(user)).not.toThrow();
});

test.each([
  ['a unit too little', { ...user, scores: [6n, 3n] }, 'recommending 7 to user 1'],
  ['a reason without a recommendation', { ...user, reasonOf: [7n, 9n, 7n] }, 'recommending 8 to user 1'],
  [
    'a recommendation without a reason',
    { ...user, recommended: [7n, 8n, 9n], scores: [5n, 3n, 1n] },
    'recommending 9 to user 1',
  ],
])('%s is refused', (_, wrong, sentence) => {
  expect(() => requireExactSums(wrong)).toThrow(sentence);
});
