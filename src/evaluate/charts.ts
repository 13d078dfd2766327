import { several } from '../figures.ts';
import type { Dot, DotChart } from '../pictures/dot-chart.ts';
import { activityGroupNames, popularityGroupNames, unreachable } from './groups.ts';
import type { Judged } from './judge.ts';

/** The pictures of an evaluation, by what they show. */
export function chartsOf(
  judged: readonly Judged[],
  names: readonly string[],
): Record<'ranking' | 'activity' | 'popularity' | 'recommended', DotChart> {
  const series = [...names];
  const reachable = popularityGroupNames.filter((group) => group !== unreachable);
  const byPopularity = (share: (group: Judged['byPopularity'][number], all: Judged) => number) =>
    reachable.map((name) => ({
      name,
      dots: judged.map((each): Dot | undefined => {
        const group = each.byPopularity.find(({ group }) => group === name);
        return group && { value: share(group, each) };
      }),
    }));
  return {
    ranking: {
      title: 'New partners found, by ranking',
      unit: 'recall@20, with 95 % intervals',
      series: ['recall@20'],
      rows: judged.map(({ recall }, i) => ({ name: names[i] ?? '', dots: [dotOf(recall)] })),
    },
    activity: {
      title: "New partners found, by the user's activities before the cut",
      unit: 'recall@20, with 95 % intervals',
      series,
      rows: activityGroupNames.flatMap((name) => {
        const groups = judged.map(({ byActivity }) => byActivity.find(({ group }) => group === name));
        const [first] = groups;
        if (!first) return [];
        return [
          {
            name: `${name} (${several(first.users, 'user')})`,
            dots: groups.map((group) => group && dotOf(group.recall)),
          },
        ];
      }),
    },
    popularity: {
      title: 'New partners found, by how popular they were before the cut',
      unit: 'share of the new partners of a group that are found',
      series,
      rows: byPopularity(({ found, partners }) => found / partners),
    },
    recommended: {
      title: 'Who is recommended, by how popular they were before the cut',
      unit: 'share of recommendations',
      series,
      rows: byPopularity(({ recommended }, { lists }) => recommended / lists.recommendations),
    },
  };
}

function dotOf({ mean, low, high }: { mean: number; low: number; high: number }): Dot {
  return { value: mean, low, high };
}
