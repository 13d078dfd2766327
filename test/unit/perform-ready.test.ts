import { performReady } from '../../src/jobs/perform-ready.ts';
import { pipeline, type Step } from '../../src/jobs/pipeline.ts';

const [closest, reputation, recommend] = (['closest', 'reputation', 'recommend'] as const).map((name) =>
  pipeline.find((step) => step.name === name),
) as [Step, Step, Step];

test('a step that ends while it is asked what can begin is not begun again, and what comes after it is', async () => {
  const performed: string[] = [];
  const ends = new Map<string, () => void>();
  const perform = ({ name }: Step): Promise<void> => {
    performed.push(name);
    return new Promise((resolve) => ends.set(name, resolve));
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    // What follows an end in the same moment comes first.
    await new Promise(setImmediate);
  };
  const answers: (() => Step[] | Promise<Step[]>)[] = [
    () => [closest, reputation],
    async () => {
      // The answer was made before this end.
      await end('closest');
      return [closest];
    },
    () => [recommend],
    () => [],
  ];
  const done = performReady(async () => {
    const [answer] = answers.splice(0, 1);
    return (await answer?.()) ?? [];
  }, perform);
  await new Promise(setImmediate);
  await end('reputation');
  await new Promise(setImmediate);
  expect(performed).toEqual(['closest', 'reputation', 'recommend']);
  await end('recommend');
  await done;
  expect(performed).toEqual(['closest', 'reputation', 'recommend']);
});
