import { changedSettings } from '../jobs/settings-as-environment.ts';
import type { Moved, Preview } from './preview.ts';
import { because } from './render-user.ts';
import { columns, instantText, weightText } from './text.ts';

/** A preview as text for people. */
export function renderPreview(preview: Preview): string {
  const { user, published, closest, recommendations } = preview;
  const parts = [
    `User ${user.userId} as of ${instantText(published.asOf)}, beside run ${published.id}, which is published\n${changesText(preview)}`,
  ];
  if (user.suspended)
    parts.push(`User ${user.userId} is suspended: suspended users have no connections and no recommendations.`);
  parts.push(
    listText(
      'Closest connections',
      closest,
      ({ userId }) => [weightText(user.closest.find((one) => one.userId === userId)?.weight ?? '0')],
      ['weight'],
    ),
  );
  parts.push(
    listText(
      'Recommendations',
      recommendations,
      ({ userId }) => {
        const one = user.recommendations.find((each) => each.userId === userId);
        return one ? [weightText(one.score), because(one)] : [];
      },
      ['score', 'because of (weight)'],
    ),
  );
  return parts.join('\n\n');
}

/** Which settings were tried. */
export function changesText({ user, published }: Preview): string {
  const changed = changedSettings(user.run.settings, published.settings);
  if (changed.length === 0) return 'with the settings of the run';
  return `with ${changed.map(({ name, now = '', before = 'unset' }) => `${name}=${now} instead of ${before}`).join(', ')}`;
}

/** How a list differs from the published one. */
export function movesText(list: readonly Moved[]): string {
  const there = list.filter(({ rank }) => rank !== undefined);
  const isNew = there.filter(({ was }) => was === undefined).length;
  const isMoved = there.filter(({ was, rank }) => was !== undefined && was !== rank).length;
  return `${isNew} new, ${isMoved} at another rank, ${list.length - there.length} out`;
}

function listText(title: string, list: readonly Moved[], more: (one: Moved) => string[], head: string[]): string {
  const there = list.filter(({ rank }) => rank !== undefined);
  const out = list.filter(({ rank }) => rank === undefined);
  const lines = [`${title} (${there.length}): ${movesText(list)}`];
  if (there.length > 0)
    lines.push(
      columns(
        [
          ['rank', 'was', 'user', ...head],
          ...there.map((one) => [
            String(one.rank),
            one.was === undefined ? 'new' : String(one.was),
            String(one.userId),
            ...more(one),
          ]),
        ],
        4,
      ),
    );
  if (out.length > 0) lines.push(`  out: ${out.map(({ userId, was }) => `${userId} (was ${was})`).join(', ')}`);
  return lines.join('\n');
}
