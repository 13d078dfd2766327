import { type Html, html } from '../html.ts';
import type { RecommendationView } from '../show/show-user.ts';
import { weightText } from '../show/text.ts';
import { userLink } from './why-section.ts';

/** How many reasons of a recommendation are named at once. */
const namedReasons = 3;

/** The people because of whom somebody is recommended, with their weights. */
export function becauseOf({ userId: recId, reasons }: RecommendationView): Html {
  const name = ({ userId, weight, source }: RecommendationView['reasons'][number]) =>
    html`${userId === recId ? source : userLink(userId)} (${weightText(weight)})`;
  const [named, more] = [reasons.slice(0, namedReasons), reasons.slice(namedReasons)];
  return html`${named.map((reason, i) => html`${i > 0 && ', '}${name(reason)}`)}${more.length > 0 && html`<details><summary>and ${more.length} more</summary>${more.map((reason, i) => html`${i > 0 && ', '}${name(reason)}`)}</details>`}`;
}
