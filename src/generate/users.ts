import { Random } from '../random.ts';
import type { Calendar } from './calendar.ts';
import { handleOf } from './names.ts';
import type { Population } from './population.ts';

const countries = ['US', 'CA', 'GB', 'DE', 'IN', 'AU', 'BR', ''];
const biographies = [
  '',
  '',
  '',
  'Trader since 2009',
  'Just here to learn',
  '"Long only, mostly"',
  '"Not advice, ever.\nDo your own research"',
  '"They call me ""the closer"""',
];

/**
 * The records of user.csv: user_id, username, name, bio, country, joined, plan, verified, language, ideas, watchlist,
 * suspended. Some bios contain commas, quotes and newlines, in quotes. One user in 200 has a second record, which for a
 * suspended user says 0.
 */
export function* userRecords(population: Population, seed: number, calendar: Calendar): Generator<string> {
  const random = new Random(seed, 'users');
  for (let user = 0; user < population.users; user++) {
    if (population.unlisted[user] === 1) continue;
    const name = handleOf(user);
    const joined = calendar.text(calendar.draw(random)).slice(0, 10);
    const plan = random.chance(0.1) ? 'plus' : 'free';
    const verified = random.chance(0.02) ? 1 : 0;
    const profile = `${name},${name.replace(/\d+$/, '')},${random.pick(biographies)},${random.pick(countries)},${joined}`;
    const record = `${user},${profile},${plan},${verified},en,${random.below(5000)},${random.below(60)}`;
    yield `${record},${population.suspended[user]}\n`;
    if (random.chance(0.005)) yield `${record},0\n`;
  }
}
