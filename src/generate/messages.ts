import { Random } from '../random.ts';
import type { Network } from './activities.ts';
import { messageId } from './message-ids.ts';
import { handleOf } from './names.ts';
import { streamOf } from './part.ts';
import { phrases, type Topic } from './phrases.ts';
import { label, type Persona, personas } from './population.ts';

type Style = 'analysis' | 'hype' | 'chatter' | 'spam';

/** How often a persona writes in which style. Nobody uses only one, or every message would give the label away. */
const styles: Record<Persona, readonly (readonly [Style, number])[]> = {
  analyst: [
    ['analysis', 0.55],
    ['chatter', 0.35],
    ['hype', 0.1],
  ],
  dabbler: [
    ['analysis', 0.25],
    ['chatter', 0.5],
    ['hype', 0.25],
  ],
  hype: [
    ['hype', 0.6],
    ['chatter', 0.32],
    ['analysis', 0.06],
    ['spam', 0.02],
  ],
  chatter: [
    ['chatter', 0.78],
    ['hype', 0.12],
    ['analysis', 0.1],
  ],
  spam: [
    ['spam', 0.7],
    ['hype', 0.15],
    ['chatter', 0.15],
  ],
};
const sentences: Record<Style, readonly [least: number, most: number]> = {
  analysis: [2, 5],
  hype: [1, 3],
  chatter: [1, 1],
  spam: [1, 2],
};

function styleOf(persona: Persona, random: Random): Style {
  let left = random.fraction();
  for (const [style, share] of styles[persona]) {
    left -= share;
    if (left < 0) return style;
  }
  return 'chatter';
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * The text of a message: sentences on separate lines or on one, sometimes with a mention, HTML escapes or a bare
 * address.
 */
function bodyOf(style: Style, topic: Topic, random: Random): string {
  const [least, most] = sentences[style];
  const parts = Array.from({ length: least + random.below(most - least + 1) }, () => phrases.say(style, random, topic));
  let body = parts.join(random.chance(0.12) ? '\n' : ' ');
  if (random.chance(0.05)) body = `Q&A on the S&P: ${body}`;
  if (random.chance(0.18)) body = `@${handleOf(topic.other)} ${body}`;
  if (random.chance(0.06)) body += ` ${phrases.say('link', random, topic)}`;
  if (style === 'hype' && random.chance(0.2)) body = body.toUpperCase();
  return random.chance(0.7) ? body.replace(/[&<>"']/g, (sign) => entities[sign] as string) : body;
}

function linksOf(style: Style, topic: Topic, random: Random): { url: string; description: string }[] | undefined {
  if (!random.chance(style === 'analysis' ? 0.35 : style === 'spam' ? 0.3 : 0.03)) return undefined;
  const rule = style === 'analysis' || random.chance(0.4) ? 'description' : 'offer';
  return Array.from({ length: random.chance(0.1) ? 2 : 1 }, () => ({
    url: `https://news.example/${random.next().toString(36)}`,
    description: phrases.say(rule, random, topic),
  }));
}

/** The lines of messages.jsonl. Ids are written as text, since a JavaScript number can't hold them. */
export function* messageLines(network: Network): Generator<string> {
  const { population, authors, calendar, targets } = network;
  const random = new Random(network.seed, streamOf('messages', network.part));
  const written = new Int32Array(population.users);
  let row = 0;
  for (const author of authors.all()) {
    const n = written[author] as number;
    written[author] = n + 1;
    const instant = authors.instant(author, n, calendar, random);
    const at = calendar.border(row++) ?? instant;
    const topic = { community: population.community[author] as number, other: targets.draw(author, 'engage', random) };
    const style = styleOf(personas[population.persona[author] as number] as Persona, random);
    const body = JSON.stringify(bodyOf(style, topic, random));
    const links = linksOf(style, topic, random);
    let line = `{"id":${messageId(author, n, network.part)},"user_id":${author},"body":${body},"created_at":"${calendar.text(at, 'T')}Z"`;
    if (links) line += `,"links":${JSON.stringify(links)}`;
    if (population.label[author] !== label.none) line += `,"recommended":${population.label[author]}`;
    yield `${line}}\n`;
  }
}
