import type { Random } from '../random.ts';
import { drawCompany, handleOf } from './names.ts';
import { PhraseBook } from './phrase-book.ts';

/** What a sentence is about: a community's companies, and whom it may mention. */
export interface Topic {
  community: number;
  /** A user to mention. */
  other: number;
}

const number = (least: number, most: number, places: number) => (random: Random) =>
  (least + random.fraction() * (most - least)).toFixed(places);

const slots = {
  ticker: (random: Random, topic: Topic) => `$${drawCompany(topic.community, random).ticker}`,
  company: (random: Random, topic: Topic) => drawCompany(topic.community, random).name,
  field: (random: Random, topic: Topic) => drawCompany(topic.community, random).field,
  other: (_: Random, topic: Topic) => `@${handleOf(topic.other)}`,
  price: number(2, 320, 2),
  percent: number(0.4, 38, 1),
  small: number(2, 30, 0),
  millions: (random: Random) => `$${Math.floor(3 + random.fraction() * 900)}M`,
  multiple: number(4, 45, 1),
  slug: (random: Random) => random.next().toString(36),
};

/** Rules that every style draws from, so that no single word gives a writer away. */
const shared = {
  name: ['{ticker}', '{ticker}', '{company}', '{company} {ticker}'],
  when: [
    'today',
    'this morning',
    'into the close',
    'this week',
    'next week',
    'after the bell',
    'by Friday',
    'before earnings',
    'into month end',
    'since the open',
  ],
  period: [
    'Q1',
    'Q2',
    'Q3',
    'Q4',
    'the first half',
    'the second half',
    'this fiscal year',
    'next year',
    'last quarter',
  ],
  move: [
    'broke out',
    'pulled back',
    'gapped up',
    'sold off',
    'held the low',
    'filled the gap',
    'faded',
    'bounced',
    'went sideways',
    'lost support',
  ],
  side: ['long', 'short', 'flat', 'adding', 'trimming', 'holding', 'out'],
  level: ['{price}', 'the 50 day', 'the 200 day', 'the prior high', 'the gap', 'VWAP', 'resistance', 'support'],
  mood: ['strong', 'weak', 'heavy', 'quiet', 'interesting', 'choppy', 'stretched', 'cheap', 'ready', 'tired'],
  tail: ['', '', '', ' imo', ' for now', ' again', ' as always', ' we will see', ', not advice'],
};

const analysis = {
  analysis: ['{figures}', '{figures}', '{reasoning}', '{reasoning}', '{risk}', '{setup}', '{setup}', '{talk}'],
  metric: [
    'gross margin',
    'operating margin',
    'free cash flow',
    'same store sales',
    'backlog',
    'net debt',
    'inventory',
    'bookings',
    'churn',
    'capex',
    'working capital',
    'deferred revenue',
    'return on capital',
    'utilization',
    'book value',
  ],
  change: [
    'up {percent}% year over year',
    'down {percent}% from {period}',
    'flat against {period}',
    'at {percent}%, the best since {period}',
    'close to {millions}',
    '{percent}% below consensus',
    'ahead of guidance by {percent}%',
  ],
  cause: [
    'pricing held while volume fell',
    'freight costs are rolling over',
    'the mix moved to services',
    'a large customer pulled orders forward',
    'inventory in the channel is normalizing',
    'rates stay higher for longer',
    'the buyback retired {small}% of the float',
    'management cut the dividend',
    'the new plant is still ramping',
    'competitors are discounting',
    'demand in {field} is cyclical',
  ],
  source: [
    'the 10-Q',
    'the 10-K',
    'the call transcript',
    'the proxy',
    'the latest filing',
    'my model',
    'channel checks',
    'the segment table',
    'the footnotes',
  ],
  figures: [
    '{name} reported {metric} {change}.',
    'In {source}, {metric} is {change}; {metric} is {change}.',
    '{name} trades at {multiple}x forward earnings and {multiple}x EBITDA, versus {multiple}x for {field}.',
    'Revenue of {millions} against {millions} expected, {metric} {change}.',
    'My estimate for {period} is {millions}, with {metric} {change}.',
  ],
  reasoning: [
    'That is mostly because {cause}.',
    'The market seems to assume that {cause}, and {source} suggests otherwise.',
    'If {cause}, then {metric} should be {change} by {period}.',
    'Worth noting in {source}: {cause}.',
    'The thesis rests on {metric}, not on the headline.',
    'I compared {source} with {period} and think {cause}.',
  ],
  risk: [
    'Main risk: {cause}.',
    'I would be wrong if {metric} is {change} in {period}.',
    'Downside to {price}, upside to {price}, so I keep the position small.',
    'Stop is below {level}; risk is {percent}% of the account.',
    'The bear case is that {cause}.',
  ],
  setup: [
    '{name} {move} at {level} on volume {percent}% above average.',
    'Watching {level} in {name}; relative strength against {field} is {mood}.',
    'Implied move is {percent}% {when}, the last {small} reports averaged {percent}%.',
    '{name} {move}, {level} is where I reconsider.',
  ],
  description: [
    '{company} quarterly report: {metric} {change}',
    'Notes on {field}: why {cause}',
    '{company} and the outlook for {field}',
    'How {metric} drives valuation in {field}',
    'Transcript of the {company} call for {period}',
  ],
};

const hype = {
  hype: ['{shout}', '{shout}', '{shout}', '{setup}', '{talk}', '{claim}', '{claim}'],
  crowd: ['bears', 'shorts', 'paper hands', 'haters', 'everyone', 'the algos', 'hedgies', 'weak hands'],
  fate: ['are toast', 'are trapped', 'will cry', 'have no idea', 'are covering', 'missed it', 'about to get squeezed'],
  goal: ['the moon', '{price}', 'triple digits', 'a double', 'Valhalla', 'new highs', 'a 10 bagger'],
  emoji: ['🚀', '🚀🚀🚀', '💎🙌', '🔥', '🤑', '🌕', '📈', '😂', '💰💰', '🐂'],
  bang: ['!', '!!', '!!!', '!!!!', ' {emoji}', ' {emoji} {emoji}', '!!! {emoji}'],
  shout: [
    '{ticker} to {goal}{bang}',
    'LOAD THE BOAT {ticker}{bang}',
    '{ticker} {crowd} {fate}{bang}',
    'LFG {ticker}{bang}',
    "don't sleep on {ticker}{bang}",
    'told you all {when}, {ticker} going to {goal}{bang}',
    '{ticker} is a rocket{bang}',
    'diamond hands only {ticker}{bang}',
    'buy the dip or cry later{bang}',
    'huge news coming {when}{bang}',
    'last chance under {price}{bang}',
  ],
  claim: [
    'earnings will be insane{bang}',
    'revenue going parabolic in {period}{bang}',
    'guidance is gonna blow out consensus {when}{bang}',
    'float is tiny and {crowd} {fate}{bang}',
    'easy {small}0% {when}{bang}',
    'they are hiding the {metric} from you{bang}',
    'mark this post, {goal} {when}{bang}',
  ],
};

const chatter = {
  chatter: ['{talk}', '{talk}', '{talk}', '{setup}', '{small_talk}', '{small_talk}'],
  talk: [
    '{ticker} looks {mood}{tail}',
    '{side} {ticker} {when}{tail}',
    'anyone watching {ticker} {when}?',
    'why is {ticker} {mood} {when}?',
    '{ticker} {move}{tail}',
    'still {side} {ticker}{tail}',
    'earnings {when}, {side} here{tail}',
    '{ticker} volume is {mood}',
    'what is the price target on {company}?',
    '{field} look {mood} {when}',
    'closed {ticker} at {price}{tail}',
    'market is {mood} {when}',
    'thinking about {ticker} under {price}',
  ],
  small_talk: [
    'lol',
    'same',
    'good morning all',
    'ouch',
    'nice call {other}',
    'thanks {other}',
    'agree',
    'no idea{tail}',
    'patience',
    'what happened?',
    'have a good weekend everyone',
    'wow',
    'source?',
    'not selling',
    'coffee first, {ticker} later',
    'red again',
    'green day finally',
  ],
};

const spam = {
  spam: [
    '{offer} {link}',
    '{offer} {link} {link}',
    '{link} {offer}',
    '{offer} {ticker} {ticker} {ticker} {link}',
    '{talk} {link}',
  ],
  link: [
    'https://alerts.example/{slug}',
    'http://join-now.example/?ref={slug}',
    'https://signals.example/vip/{slug}',
    'www.free-picks.example/{slug}',
  ],
  offer: [
    'FREE alerts, join our chat room',
    'We called {ticker} {when}, +{percent}% for members',
    'Best trading room, first month free',
    'DM for my next pick',
    'Our bot made {percent}% {when}, sign up',
    'Top {small} stocks to watch {when}',
    'Follow for daily winners',
    'Get the newsletter before earnings',
  ],
};

/** Sentences of every style, by the rules `analysis`, `hype`, `chatter`, `spam`; `description` is a link's. */
export const phrases = new PhraseBook<Topic>({ ...shared, ...analysis, ...hype, ...chatter, ...spam }, slots);
