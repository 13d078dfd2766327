import { count, days, share } from '../figures.ts';
import { type DroppedCandidates, toldOf } from '../scoring/ranking/filters.ts';
import type { ShownId } from '../user-id.ts';
import { inLines } from './as-seen.ts';
import type { RecommendationView, UserView } from './show-user.ts';
import { columns, instantText, weightText } from './text.ts';
import { showCommand } from './user-id.ts';

/** How many reasons fit into a line. */
const namedReasons = 3;

/**
 * A user as text for people.
 *
 * @param kith how the user runs Kith, for the command suggested at the end
 */
export function renderUser(user: UserView, kith: string): string {
  const view = inLines(user);
  const { userId, run, closest, recommendations } = view;
  const parts = [`User ${userId} as of ${instantText(run.asOf)} (run ${run.id})\n${stateText(view)}`];
  if (view.suspended)
    parts.push(`User ${userId} is suspended: suspended users have no closest connections and no recommendations.`);
  if (closest.length > 0)
    parts.push(
      `Closest connections (${closest.length})\n${columns(
        [
          ['rank', 'user', 'weight'],
          ...closest.map(({ rank, userId, weight }) => [String(rank), String(userId), weightText(weight)]),
        ],
        3,
      )}`,
    );
  else if (view.suspended === undefined)
    parts.push('No closest connections: the user did nothing that counts, is suspended, or is not known.');
  else if (!view.suspended)
    parts.push(
      `No closest connections: in the ${days(run.settings.weighting.windowSeconds)} before the as-of, the user did nothing that counts.`,
    );
  if (view.vias && !view.suspended) parts.push(tiesText(view.vias));
  if (recommendations.length > 0)
    parts.push(
      `Recommendations (${recommendations.length})\n${columns(
        [
          ['rank', 'user', 'score', 'because of (weight)'],
          ...recommendations.map((one) => [String(one.rank), String(one.userId), weightText(one.score), because(one)]),
        ],
        3,
      )}`,
    );
  else if (closest.length > 0) parts.push('No recommendations: no candidate passed the filters.');
  if (view.dropped && (closest.length > 0 || recommendations.length > 0))
    parts.push(droppedText(user, view.dropped, kith));
  return parts.join('\n\n');
}

/** Who the user is, in a line: whether suspended, and how good. */
export function stateText({ suspended, reputation, run, fromTables }: UserView): string {
  if (fromTables !== undefined)
    return `From the published tables, since ${fromTables}: flags, scores and who was dropped are not known.`;
  const score = reputation === undefined ? 'no reputation score' : `reputation ${share(reputation)}`;
  const least = run.settings.weighting.minReputation;
  const filter =
    run.settings.reputation === 'list'
      ? `only users of at least ${least} are recommended`
      : 'the run had no list of scores, so nobody is filtered by reputation';
  return `${suspended ? 'suspended' : 'not suspended'}, ${score} (${filter})`;
}

/** Through whom people are recommended by circles. */
export function tiesText(vias: readonly ShownId[]): string {
  if (vias.length === 0)
    return 'No ties: nobody engaged with the user in the window either, so whoever is popular now is recommended.';
  return `Recommended through the ${vias.length === 1 ? 'tie' : `${vias.length} strongest ties`} of the user: ${vias.join(', ')}`;
}

/** Because of whom, in a line; the heaviest are named. */
export function because({ userId: recId, reasons }: RecommendationView): string {
  // Whoever is recommended for their own sake: popular, or engages with the user.
  const named = reasons
    .slice(0, namedReasons)
    .map(({ userId, weight, source }) => `${userId === recId ? source : userId} (${weightText(weight)})`);
  const more = reasons.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

function droppedText({ userId, recommendations }: UserView, dropped: DroppedCandidates, kith: string): string {
  const [first] = recommendations;
  const hint = showCommand(kith, userId, first?.userId ?? 'REC_ID');
  return `${droppedCounts(dropped)}\nWhy someone is recommended, or isn't: ${hint}`;
}

/** How many candidates each filter dropped, as a sentence. */
export function droppedCounts(dropped: DroppedCandidates): string {
  const counts = toldOf(dropped).map(({ text, dropped }) => `${text} ${count(dropped)}`);
  return `Candidates dropped: ${counts.join(', ')}.`;
}
