import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { count } from '../../src/figures.ts';
import type { Circumstances } from '../machine.ts';
import { fillPlaces } from '../report.ts';
import { table } from '../tables.ts';
import type { Exit } from './exits.ts';
import type { RoundResult } from './round.ts';

/** All rounds of a call. */
export interface Results extends Circumstances {
  date: string;
  options: { seed: number; kinds: string[]; activities: number };
  /** Rows of the three tables after the first day. */
  rows: number;
  equal: number;
  rounds: RoundResult[];
}

/** Whether nothing in a round was amiss. */
export function isGood({ isEqual, faults }: RoundResult): boolean {
  return isEqual && faults.length === 0;
}

/** Where results go. */
interface Places {
  folder: string;
  /** The page that shows them. */
  page: string;
  /** Where the homes are: a path of this machine, which is of no interest to others. */
  scratch: string;
}

/** Keeps them as `chaos.json`, whole or not at all, and fills their places on a page, if there is one. */
export function keepResults(results: Results, { folder, page, scratch }: Places): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'chaos.json');
  // Stack traces name the checkout.
  const text = JSON.stringify(results, undefined, 2).replaceAll(scratch, 'SCRATCH').replaceAll(projectRoot, 'CHECKOUT');
  writeFileSync(`${file}.tmp`, `${text}\n`);
  renameSync(`${file}.tmp`, file);
  if (existsSync(page))
    writeFileSync(
      page,
      fillPlaces(readFileSync(page, 'utf8'), { chaos: chaosTable(results), 'chaos-all': chaosSentences(results) }),
    );
}

/** What happened in a round, in one line for a person. */
export function describeRound({ round, day, home, by, wrong, done, again, isEqual, faults, seconds }: RoundResult) {
  const begin = home === 'kept' ? '' : home === 'new' ? ', in a new home' : ', in an emptied home';
  const events = [
    ...wrong.map(({ what, exit }) => `${what} (${exit})`),
    ...done.map(({ what, during, exit }) => `${what} during ${during} (${exit})`),
    ...(again.length > 0 ? [`run again (${again.join(', ')})`] : []),
  ];
  const outcome = isEqual ? 'tables equal' : 'tables NOT EQUAL';
  const line = `round ${round}, day ${day} by ${by === 'hand' ? 'hand' : 'the queue'}${begin}: ${events.join('; ') || 'nothing happened'}; ${outcome} after ${seconds.toFixed(0)} s`;
  return [line, ...faults.map((fault) => `  FAULT: ${fault}`)].join('\n');
}

const titles = {
  'run killed': 'kill -9 of `kith run`',
  'worker killed': 'kill -9 of a worker',
  'Neo4j killed': 'kill -9 of Neo4j',
  'Postgres killed': 'kill -9 of Postgres',
  'session killed': "kill -9 of one of Postgres' sessions",
  'importer killed': 'kill -9 of the bulk importer',
  stop: 'a process stands still for 1 to 15 s',
  interrupt: 'Ctrl-C or SIGTERM, at times twice',
  clock: 'the clock moves by up to a day',
  'full-disk': 'the disk is full until the run has ended',
  'wrong-date': "a wrong date in the folder's name or `--as-of`",
  'torn-file': 'a file that is cut, or grows while it is read',
};

/** One line for each thing that went wrong. */
function chaosTable({ rounds }: Results): string {
  const lines = new Map<keyof typeof titles, { times: number; exits: Map<Exit, number>; rounds: Set<RoundResult> }>();
  const add = (title: keyof typeof titles, exit: Exit, round: RoundResult) => {
    const line = lines.get(title) ?? { times: 0, exits: new Map(), rounds: new Set() };
    line.times++;
    line.exits.set(exit, (line.exits.get(exit) ?? 0) + 1);
    line.rounds.add(round);
    lines.set(title, line);
  };
  for (const round of rounds) {
    for (const { kind, exit } of round.wrong) add(kind, exit, round);
    for (const { kind, what, exit, isShared } of round.done) {
      // What ended a run that met several is not known.
      const isClear = !isShared || exit === 0 || exit === 'published';
      add(kind === 'kill' ? killedIn(what) : kind, isClear ? (exit ?? '?') : 'with others', round);
    }
  }
  return table(
    ['what happened', 'times', 'how the run ended', 'tables equal afterwards'],
    Object.entries(titles).flatMap(([key, title]) => {
      const line = lines.get(key as keyof typeof titles);
      if (!line) return [];
      const exits = [...line.exits].sort(([, a], [, b]) => b - a).map(([exit, times]) => `${exit} (${times})`);
      const equal = [...line.rounds].filter(({ isEqual }) => isEqual).length;
      return [[title, count(line.times), exits.join(', '), `in ${equal} of ${line.rounds.size} rounds`]];
    }),
  );
}

function killedIn(what: string): keyof typeof titles {
  const found = Object.keys(titles).find((title) => {
    const [victim] = title.split(' ') as [string];
    return title.endsWith(' killed') && new RegExp(`\\b${victim}s? killed`).test(what);
  });
  return /sessions killed/.test(what) ? 'session killed' : ((found ?? 'run killed') as keyof typeof titles);
}

/** The rounds as a whole. */
function chaosSentences({ rounds, rows, equal, date, machine, versions, options }: Results): string {
  const polls = rounds.reduce((sum, { readers }) => sum + (readers?.polls ?? 0), 0);
  const mixed = rounds.reduce((sum, { readers }) => sum + (readers?.mixed.length ?? 0), 0);
  const emptied = rounds.reduce((sum, { readers }) => sum + (readers?.emptied ?? 0), 0);
  const again = rounds.filter((round) => round.again.length > 1).length;
  const good = rounds.filter(isGood).length;
  return (
    `${count(rounds.length)} rounds with seed ${options.seed}, ${count(rows)} rows in the three tables: they were equal in ${equal}, ` +
    `and nothing else was amiss in ${good}. More than one run afterwards was needed in ${again || 'none'}. ` +
    `Readers read ${count(polls)} times: ${mixed || 'none'} saw a mixture, ${emptied || 'none'} saw tables emptied.\n\n` +
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}; Node ${versions.node}, ` +
    `Neo4j ${versions.neo4j} Community, Postgres ${versions.postgres}; ${date}, commit ${versions.commit}.`
  );
}
