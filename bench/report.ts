import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RankingName } from '../src/config/settings.ts';
import { BadInputError } from '../src/errors.ts';
import { dailySecondsPicture, growthPicture, storesPicture } from './pictures.ts';
import { type Results, resultsBy } from './results.ts';
import * as tables from './tables.ts';

/** Shown once there is something to see. */
const daysPictures = `![What the stores hold after each day's run](images/bench-days.svg)

![How long each day's run took](images/bench-days-seconds.svg)`;

/** @throws BadInputError if there is no page to write the tables into; to be told before hours of work */
export function requirePage(page: string): void {
  if (!existsSync(page))
    throw new BadInputError(`There is no page ${page} to write the tables into; give --report FILE.`);
}

/**
 * Writes the tables and pictures of the page from the results; what stands around them stays. A table's place is
 * between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`; pictures lie in `images/` beside the page.
 *
 * @throws BadInputError if a place of the page has no end, or nothing to stand there
 */
export function writeReport(results: Results, page: string): void {
  const [first, days] = [results.read('first'), results.read('days')];
  const measuredBy = (ranking: RankingName): tables.Measured => ({
    first: results.read('first', resultsBy(ranking, 'first')),
    next: results.read('next', resultsBy(ranking, 'next')),
    show: results.read('show', resultsBy(ranking, 'show')),
  });
  const circles = measuredBy('circles');
  const sections: Record<string, string> = {
    machine: tables.machineLines(first),
    targets: tables.targetsTable(measuredBy('second-degree'), circles),
    first: tables.besideTable(first),
    memory: tables.memoryTable(first),
    next: tables.besideTable(results.read('next'), 'new activities'),
    show: tables.showTable(results.read('show')),
    serve: tables.serveTable(results.read('serve')),
    'serve-machine': tables.machineLines(results.read('serve')),
    read: tables.readTable(results.read('read')),
    growth: tables.growthTable(first),
    supernodes: tables.supernodesTable(results.read('supernodes')),
    days: days.length === 0 ? tables.daysTable(days) : `${tables.daysTable(days)}\n\n${daysPictures}`,
    bolt: tables.besideTable(results.read('first', 'bolt/first')),
    'first-plain': tables.besideTable(results.read('first', 'plain/first')),
    'first-spark': tables.besideTable(results.read('first', 'spark/first')),
    'next-spark': tables.besideTable(results.read('next', 'spark/next'), 'new activities'),
    'memory-spark': tables.memoryTable(results.read('first', 'spark/first')),
    messages: tables.messagesTable(results.read('messages')),
    higgs: tables.inputTable(results.read('input', 'higgs')),
    'higgs-spark': tables.inputTable(results.read('input', 'spark/higgs')),
    'first-circles': tables.besideTable(circles.first),
    'next-circles': tables.besideTable(circles.next, 'new activities'),
    'memory-circles': tables.memoryTable(circles.first),
    'show-circles': tables.showTable(circles.show),
  };
  const images = join(dirname(page), 'images');
  mkdirSync(images, { recursive: true });
  if (first.length > 0) writeFileSync(join(images, 'bench-growth.svg'), growthPicture(first));
  const longest = days.at(-1);
  if (longest) {
    writeFileSync(join(images, 'bench-days.svg'), storesPicture(longest));
    writeFileSync(join(images, 'bench-days-seconds.svg'), dailySecondsPicture(longest));
  }
  writeFileSync(page, fillPlaces(readFileSync(page, 'utf8'), sections));
}

/** @throws BadInputError as writeReport */
export function fillPlaces(text: string, sections: Record<string, string>): string {
  const filled = text.replace(/<!-- bench:(\S+) -->[\s\S]*?<!-- \/bench:\1 -->/g, (_, name: string) => {
    const section = sections[name];
    if (section === undefined) throw new BadInputError(`There is nothing to stand at <!-- bench:${name} -->.`);
    return `<!-- bench:${name} -->\n\n${section}\n\n<!-- /bench:${name} -->`;
  });
  const opened = filled.match(/<!-- bench:\S+ -->/g) ?? [];
  const closed = filled.match(/<!-- \/bench:\S+ -->/g) ?? [];
  if (opened.length !== closed.length)
    throw new BadInputError('A <!-- bench:… --> of the page is without its <!-- /bench:… -->.');
  return filled;
}
