import type { Report } from '../progress.ts';
import type { UserId } from '../user-id.ts';
import { type Estimate, estimates } from './bootstrap.ts';
import type { EvaluatedNetwork, Person } from './evaluated-network.ts';
import { activityGroupNames, activityGroupOf, popularityGroupNames, popularityGroupOf } from './groups.ts';
import type { EvaluatedSettings } from './make-lists.ts';
import { type ListFigures, ListSurvey, type Score, scoreOf } from './measures.ts';
import type { RankingName } from './rankings.ts';

/** A ranking under settings. */
export interface Variant {
  ranking: RankingName;
  settings: EvaluatedSettings;
}

/** How well lists foretold new partners. */
export interface Quality {
  recall: Estimate;
  ndcg: Estimate;
}

/** A ranking's lists, judged. */
export interface Judged extends Variant, Quality {
  /** By how much it is better than the reference, user by user; undefined for the reference itself. */
  difference: Quality | undefined;
  lists: ListFigures;
  /** By how much the user had done up to the cut. */
  byActivity: { group: string; users: number; recall: Estimate }[];
  /** By how popular the recommended are: shares of recommendations, and of new partners that were found. */
  byPopularity: { group: string; recommended: number; partners: number; found: number }[];
  /** For users who had done nothing up to the cut; undefined if there is none. */
  cold: (Quality & { users: number; withList: number }) | undefined;
}

/** The scores of a variant, user by user. */
interface Scored {
  variant: Variant;
  warm: Score[];
  cold: Score[];
  coldWithList: number;
  lists: ListFigures;
  byPopularity: Judged['byPopularity'];
}

export interface JudgeOptions {
  /** Of the bootstrap's draws. */
  seed: number;
  /** The place of the variant with which the others are compared. */
  reference: number;
  /** Called before lists are made, with how many variants have been judged. */
  onVariant?: (done: number) => void;
  report?: Report;
}

/** Makes the lists of all variants for those drawn, and judges them. Variants of equal settings should be neighbours. */
export async function judge(
  network: EvaluatedNetwork,
  variants: readonly Variant[],
  options: JudgeOptions,
): Promise<Judged[]> {
  const persons = await network.persons();
  const isWarm = ({ activities }: Person) => activities > 0;
  const [warm, cold] = [persons.filter(isWarm), persons.filter((person) => !isWarm(person))];
  const scored: Scored[] = [];
  for (let i = 0; i < variants.length; ) {
    const { settings } = variants[i] as Variant;
    const alike = variants.slice(i).findIndex((each) => each.settings !== settings);
    const group = alike < 0 ? variants.slice(i) : variants.slice(i, i + alike);
    options.onVariant?.(i);
    await network.rank([...new Set(group.map(({ ranking }) => ranking))], settings, options.report);
    for (const variant of group) scored.push(await score(network, variant, warm, cold));
    i += group.length;
  }
  return compare(scored, warm, options);
}

/** Reads a variant's lists, which the network has made. */
async function score(
  network: EvaluatedNetwork,
  variant: Variant,
  warm: readonly Person[],
  cold: readonly Person[],
): Promise<Scored> {
  const size = await network.size();
  const isWarm = new Set(warm.map(({ user }) => user));
  const survey = new ListSurvey(size);
  const hits = new Map<UserId, number[]>();
  const withList = new Set<UserId>();
  const groups = new Map(popularityGroupNames.map((name) => [name, { recommended: 0, partners: 0, found: 0 }]));
  const groupOf = (place: number | undefined) => groups.get(popularityGroupOf(place, size.catalogue));
  for await (const each of network.recommendations(variant.ranking)) {
    const { user, place, isHit, popularPlace } = each;
    if (isHit) hits.set(user, [...(hits.get(user) ?? []), place]);
    if (!isWarm.has(user)) {
      withList.add(user);
      continue;
    }
    survey.add(each);
    const group = groupOf(popularPlace);
    if (group) {
      group.recommended++;
      if (isHit) group.found++;
    }
  }
  for await (const { user, popularPlace } of network.partners()) {
    const group = isWarm.has(user) ? groupOf(popularPlace) : undefined;
    if (group) group.partners++;
  }
  const scoresOf = (persons: readonly Person[]) =>
    persons.map(({ user, partners }) => scoreOf(hits.get(user) ?? [], partners));
  return {
    variant,
    warm: scoresOf(warm),
    cold: scoresOf(cold),
    coldWithList: withList.size,
    lists: survey.figures(warm),
    byPopularity: [...groups].map(([group, counts]) => ({ group, ...counts })),
  };
}

function compare(scored: readonly Scored[], warm: readonly Person[], { seed, reference }: JudgeOptions): Judged[] {
  const compared = scored[reference]?.warm ?? [];
  const minus = (scores: readonly Score[]): Score[] =>
    scores.map(({ recall, ndcg }, i) => ({
      recall: recall - (compared[i]?.recall ?? 0),
      ndcg: ndcg - (compared[i]?.ndcg ?? 0),
    }));
  const ofAll = qualities(
    scored.map((each) => each.warm),
    seed,
  );
  const differences = qualities(
    scored.map((each) => minus(each.warm)),
    seed,
  );
  const ofCold = qualities(
    scored.map((each) => each.cold),
    seed,
  );
  const groups = activityGroupNames.map((group) => {
    const places = [...warm.keys()].filter((i) => activityGroupOf((warm[i] as Person).activities) === group);
    const of = ({ warm: scores }: Scored) => places.map((i) => (scores[i] as Score).recall);
    return { group, users: places.length, recall: estimates(scored.map(of), seed) };
  });
  return scored.map(({ variant, cold, coldWithList, lists, byPopularity }, i) => ({
    ...variant,
    ...(ofAll[i] as Quality),
    difference: i === reference ? undefined : differences[i],
    lists,
    byActivity: groups.flatMap(({ group, users, recall }) =>
      users === 0 ? [] : [{ group, users, recall: recall[i] as Estimate }],
    ),
    byPopularity,
    cold:
      cold.length === 0
        ? undefined
        : { ...(ofCold[i] as Quality), users: cold.length, withList: coldWithList / cold.length },
  }));
}

/** The estimates of both measures for each of several lists of scores of the same users. */
function qualities(scores: readonly (readonly Score[])[], seed: number): Quality[] {
  const found = estimates(
    scores.flatMap((each) => [each.map(({ recall }) => recall), each.map(({ ndcg }) => ndcg)]),
    seed,
  );
  return scores.map((_, i) => ({ recall: found[2 * i] as Estimate, ndcg: found[2 * i + 1] as Estimate }));
}
