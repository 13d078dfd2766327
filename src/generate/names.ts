import { mix, type Random } from '../random.ts';

/** A company that a community talks about. */
export interface Company {
  name: string;
  ticker: string;
  field: string;
}

const starts = [
  'Al',
  'Bor',
  'Cal',
  'Dex',
  'Ela',
  'Fen',
  'Gar',
  'Hel',
  'Ino',
  'Jun',
  'Kor',
  'Lum',
  'Mer',
  'Nov',
  'Or',
  'Pel',
  'Qua',
  'Ros',
  'Sil',
  'Tor',
  'Ul',
  'Ver',
  'Wes',
  'Xan',
  'Yor',
  'Zen',
];
const middles = [
  'a',
  'adi',
  'ami',
  'bri',
  'ca',
  'do',
  'e',
  'eri',
  'gen',
  'i',
  'lo',
  'mi',
  'na',
  'o',
  'ra',
  'ri',
  'sta',
  'ti',
  'u',
  'vi',
];
const ends = [
  'bank',
  'dyne',
  'foods',
  'graph',
  'labs',
  'lux',
  'mark',
  'med',
  'net',
  'nix',
  'pharm',
  'port',
  'rail',
  'soft',
  'steel',
  'tec',
  'ton',
  'vance',
  'wave',
  'works',
];
const fields = [
  'semiconductors',
  'regional banks',
  'uranium',
  'shipping',
  'biotech',
  'retail',
  'software',
  'airlines',
  'utilities',
  'copper',
  'insurance',
  'solar',
  'trucking',
  'restaurants',
  'homebuilders',
  'oil services',
  'medical devices',
  'gold miners',
  'payments',
  'cannabis',
  'lithium',
  'media',
  'steel',
  'real estate',
];
const adjectives = [
  'Quiet',
  'Bold',
  'Red',
  'Late',
  'Lucky',
  'Grey',
  'Swift',
  'Dry',
  'Humble',
  'Loud',
  'Plain',
  'Early',
  'Deep',
  'Sunny',
  'Iron',
  'Paper',
];
const nouns = [
  'Bull',
  'Bear',
  'Trader',
  'Ledger',
  'Chart',
  'Candle',
  'Otter',
  'Falcon',
  'Margin',
  'Option',
  'Pilot',
  'Broker',
  'Harbor',
  'Stone',
  'Wolf',
  'Tape',
];

const companiesPerCommunity = 14;

function at<T>(values: readonly T[], place: number): T {
  return values[place % values.length] as T;
}

/** One of a community's companies, far more often one of the first. */
export function drawCompany(community: number, random: Random): Company {
  const place = Math.floor(companiesPerCommunity * random.fraction() ** 2);
  const hash = mix(community * companiesPerCommunity + place + 1);
  const start = at(starts, hash);
  const middle = at(middles, hash >>> 5);
  const end = at(ends, hash >>> 10);
  const ticker = `${start.slice(0, 2)}${end[0]}${hash % 3 === 0 ? '' : end[2]}`.toUpperCase();
  const field = at(fields, mix(community) + (place % 3));
  return { name: `${start}${middle}${end}`, ticker, field };
}

/** A user's name in the network, made unique by a number. */
export function handleOf(user: number): string {
  const hash = mix(user ^ 0x2545f491);
  return `${at(adjectives, hash)}${at(nouns, hash >>> 8)}${user}`;
}
