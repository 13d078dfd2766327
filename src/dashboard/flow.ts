import { type AnyExplanation, isByCircles } from '../show/look-up.ts';
import { obstacleText, obstacleWords } from '../show/obstacle.ts';
import type { RecommendationView, UserView } from '../show/show-user.ts';
import { weightText } from '../show/text.ts';

/** Somebody, or a source, in the picture of what a user is recommended. */
export interface FlowNode {
  /** Unique in the picture. */
  key: string;
  /** 0: the user; 1: in between; 2: recommended or left out. */
  column: 0 | 1 | 2;
  kind: 'user' | 'between' | 'source' | 'recommended' | 'left-out';
  label: string;
  title: string;
  /** Whose page it leads to; undefined for what is nobody. */
  userId?: UserView['userId'];
}

/** A share of scores that flows from one to another. */
export interface FlowLink {
  from: string;
  to: string;
  weight: number;
  title: string;
  isLeftOut: boolean;
}

/** What flows from a user through others to those who are recommended, and to those who were left out. */
export interface Flow {
  nodes: FlowNode[];
  links: FlowLink[];
}

/** How many people in between have a place of their own; what flows through the others is one. */
const mostBetween = 24;

/** Why somebody has a score: the reasons of those who are recommended, and the terms of those who are not. */
interface Target {
  userId: UserView['userId'];
  label: string;
  title: string;
  isLeftOut: boolean;
  reasons: RecommendationView['reasons'];
}

/** The picture of a user's recommendations; weights are those of the reasons, and the first step is their sum. */
export function flowOf({ userId, recommendations, closest }: UserView, leftOut: readonly AnyExplanation[]): Flow {
  const targets = [...recommendations.map(targetOf), ...leftOut.map(leftOutTarget)].filter(
    ({ reasons }) => reasons.length > 0,
  );
  const through = new Map<string, number>();
  for (const target of targets)
    for (const reason of target.reasons)
      through.set(keyOf(target, reason), (through.get(keyOf(target, reason)) ?? 0) + Number(reason.weight));
  const byWeight = [...through].sort(([, a], [, b]) => b - a).map(([key]) => key);
  const own = new Set(byWeight.slice(0, mostBetween));
  const placeOf = (key: string) => (own.has(key) ? key : others);
  const links = new Map<string, FlowLink>();
  const add = (from: string, to: string, weight: number, isLeftOut: boolean, title: (sum: number) => string) => {
    const key = `${from} ${to} ${isLeftOut}`;
    const sum = (links.get(key)?.weight ?? 0) + weight;
    links.set(key, { from, to, weight: sum, title: title(sum), isLeftOut });
  };
  for (const target of targets)
    for (const reason of target.reasons) {
      const key = placeOf(keyOf(target, reason));
      const to = `to ${target.userId}`;
      add('user', key, Number(reason.weight), false, (sum) => `${weightText(String(sum))} through ${nameOf(key)}`);
      add(key, to, Number(reason.weight), target.isLeftOut, (sum) => {
        return `${nameOf(key)} adds ${weightText(String(sum))} to the score of ${target.userId}`;
      });
    }
  const ranks = new Map(closest.map((one) => [`via ${one.userId}`, one]));
  const between = [...new Set([...own, ...(byWeight.length > own.size ? [others] : [])])].map((key): FlowNode => {
    const near = ranks.get(key);
    if (!key.startsWith('via '))
      return { key, column: 1, kind: 'source', label: nameOf(key), title: `${nameOf(key)} (a source of scores)` };
    const id = nameOf(key);
    const title = near ? `${id}: number ${near.rank} of the closest, weight ${weightText(near.weight)}` : id;
    return { key, column: 1, kind: 'between', label: id, title, userId: viaOf(targets, id) };
  });
  return {
    nodes: [
      { key: 'user', column: 0, kind: 'user', label: String(userId), title: `User ${userId}`, userId },
      ...between,
      ...targets.map(
        ({ userId: id, label, title, isLeftOut }): FlowNode => ({
          key: `to ${id}`,
          column: 2,
          kind: isLeftOut ? 'left-out' : 'recommended',
          label,
          title,
          userId: id,
        }),
      ),
    ],
    links: [...links.values()],
  };
}

const others = 'others';

function targetOf({ userId, rank, score, reasons }: RecommendationView): Target {
  const label = `${rank}.  ${userId}  (${weightText(score)})`;
  return { userId, label, title: `${userId}: rank ${rank}, score ${weightText(score)}`, isLeftOut: false, reasons };
}

function leftOutTarget(explanation: AnyExplanation): Target {
  const { userId, recId, obstacles } = explanation;
  const [first] = obstacles;
  return {
    userId: recId,
    label: `${recId}: ${first ? obstacleWords(first) : 'left out'}`,
    title: obstacles.map((each) => obstacleText(each, userId, recId)).join(' '),
    isLeftOut: true,
    reasons: isByCircles(explanation)
      ? explanation.terms.map((term) => ({
          userId: term.source === 'circle' ? term.via : recId,
          weight: term.weight,
          source: term.source,
        }))
      : explanation.reasons.map(({ userId: id, weight }) => ({ userId: id, weight, source: 'second-degree' })),
  };
}

/** Where a reason stands: whoever is recommended for their own sake has no one in between, but a source. */
function keyOf({ userId }: Target, reason: Target['reasons'][number]): string {
  return reason.userId === userId ? `source ${reason.source}` : `via ${reason.userId}`;
}

function nameOf(key: string): string {
  return key === others ? 'others' : key.replace(/^(via|source) /, '');
}

function viaOf(targets: readonly Target[], id: string): UserView['userId'] | undefined {
  return targets.flatMap(({ reasons }) => reasons).find(({ userId }) => String(userId) === id)?.userId;
}
