/** The benchmark of whole runs: `npm run bench`, `npm run bench -- --help`. */
import { mkdtempSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { interruptible } from '../src/cli/interruptible.ts';
import { projectRoot } from '../src/config/project.ts';
import type { RankingName } from '../src/config/settings.ts';
import { BadInputError, KithError } from '../src/errors.ts';
import { asOfOfFolder } from '../src/ingest/day-folder.ts';
import { firstDay, networkOf, newActivitiesOf } from './data.ts';
import { circumstances } from './machine.ts';
import { Sitting, twoDays } from './measure.ts';
import { trainModel } from './model.ts';
import { type Options, type Part, readOptions } from './options.ts';
import { judgeNetwork, networksFor } from './quality.ts';
import { resultsOf, writeQualityPage } from './quality-page.ts';
import { measureRead } from './read.ts';
import { requirePage, writeReport } from './report.ts';
import { type Entry, type Figures, Results, resultsBy } from './results.ts';
import { Scratch } from './scratch.ts';
import { measureSpam } from './spam.ts';
import { amountText, say } from './words.ts';

const defaults = {
  results: join(projectRoot, 'bench', 'results'),
  report: join(projectRoot, 'docs', 'performance.md'),
};

/** Activities of the generated network beside the real ones. */
const generatedSize = 100_000;

/** What is measured in a home of each ranking. */
const ofRankings: readonly Part[] = ['first', 'next', 'show', 'serve'];

/** All that is asked for, part by part; what is measured is kept at once, since an hour is long. */
async function bench(options: Options, signal: AbortSignal): Promise<void> {
  if (options.only.includes('report')) requirePage(resolve(options.report));
  const results = new Results(resolve(options.results));
  using scratch = new Scratch(options.scratch, options.keep);
  if (options.only.includes('quality')) await benchQuality(options, results, scratch, signal);
  if (options.only.includes('spam')) await benchSpam(options, results, scratch, signal);
  const measured = options.only.filter((part) => part !== 'report' && part !== 'quality' && part !== 'spam');
  if (measured.length > 0 && options.input !== undefined)
    await benchInput(options, options.input, results, scratch, signal);
  else if (measured.length > 0)
    for (const size of options.sizes) await benchSize(options, size, results, scratch, signal);
  if (options.only.includes('report')) {
    writeReport(results, resolve(options.report));
    writeQualityPage(results, join(dirname(resolve(options.report)), 'quality.md'));
    say(`${basename(options.report)} is written`);
  }
}

async function benchSize(
  options: Options,
  size: number,
  results: Results,
  scratch: Scratch,
  signal: AbortSignal,
): Promise<void> {
  const { seed, only, rankings, set } = options;
  const place = resolve(options.data ?? join(scratch.folder, 'data'));
  const network = networkOf(place, size, seed, options.supernodes ? 'supernodes' : undefined);
  const entry = <Of>(figures: Of): Entry<Of> => ({
    size,
    date: today(),
    options: { seed, users: network.users, set },
    ...circumstances(),
    figures,
  });
  for (const ranking of only.some((part) => ofRankings.includes(part)) ? rankings : []) {
    const all: Figures['supernodes'] = {};
    const keep = <What extends 'first' | 'next' | 'show'>(what: What, figures: Figures[What]) => {
      if (!options.supernodes) return results.write(what, entry<Figures[What]>(figures), resultsBy(ranking, what));
      Object.assign(all, { [what]: figures });
      results.write('supernodes', entry(all), resultsBy(ranking, 'supernodes'));
    };
    const [first, next] = await twoDays(network, only.includes('next'), signal);
    await using sitting = new Sitting(scratch, nameBy(ranking, amountText(size)), by(ranking, options), signal);
    const { incoming, outgoing } = network.supernodes ?? { incoming: 0, outgoing: 0 };
    if (only.includes('first')) keep('first', await sitting.first(first, size + incoming + outgoing));
    else await sitting.run(first);
    if (next) keep('next', await sitting.next([first, next], newActivitiesOf(network)));
    if (only.includes('show')) keep('show', await sitting.show(network));
    // The tables of each ranking are read the same way.
    if (only.includes('serve') && ranking === rankings[0])
      results.write('serve', entry<Figures['serve']>(await sitting.serve(network)));
  }
  if (only.includes('read')) {
    const first = await firstDay(network, signal);
    const dir = mkdtempSync(join(scratch.folder, 'read-'));
    results.write('read', entry(await measureRead(first, { activities: size, dir, set }, signal)));
  }
  if (only.includes('days')) {
    await using sitting = new Sitting(scratch, `${amountText(size)} daily`, options, signal);
    results.write('days', entry(await sitting.days(network, options.simulateDays)));
  }
  if (only.includes('messages')) {
    const model = await trainModel(scratch, options, signal);
    const days = await twoDays(networkOf(place, size, seed, 'messages'), true, signal);
    await using sitting = new Sitting(scratch, `${amountText(size)} with messages`, options, signal);
    results.write('messages', entry(await sitting.messages(days, model)));
  }
}

/** Files of one's own: a run, and the same again, which finds everything there; by each ranking. */
async function benchInput(
  options: Options,
  input: string,
  results: Results,
  scratch: Scratch,
  signal: AbortSignal,
): Promise<void> {
  const folder = resolve(input);
  const asOf = asOfOfFolder(basename(folder));
  if (asOf === undefined)
    throw new BadInputError(`--input should be a folder named by its date (YYYYMMDD), not ${input}.`);
  // …/higgs/graph_data/20120708
  const name = options.name ?? basename(dirname(dirname(folder))).toLowerCase();
  const day = { folder, asOf };
  for (const ranking of options.rankings) {
    await using sitting = new Sitting(scratch, nameBy(ranking, name), by(ranking, options), signal);
    const first = await sitting.first(day, 0);
    const activities = first.kith.graph?.activities ?? 0;
    const figures: Figures['input'] = { first: { ...first, activities } };
    if (options.only.includes('next')) figures.again = { ...(await sitting.next([day], activities)) };
    if (options.only.includes('show')) figures.show = await sitting.show({ seed: options.seed });
    const entry = { size: activities, date: today(), options: { set: options.set }, ...circumstances(), figures };
    results.write('input', entry, resultsBy(ranking, name));
  }
}

/** The options with the setting that chooses the ranking. */
function by(ranking: RankingName, options: Options): Options {
  return { ...options, set: { ...options.set, KITH_RANKING: ranking } };
}

/** What a sitting is called in what is said. */
function nameBy(ranking: RankingName, name: string): string {
  return ranking === 'second-degree' ? name : `${name} ${ranking}`;
}

/** Rankings judged by what users did next, and the page about it. */
async function benchQuality(options: Options, results: Results, scratch: Scratch, signal: AbortSignal): Promise<void> {
  const networks = networksFor(options.input, options.name);
  if (networks.length === 0)
    throw new BadInputError('There are no networks in ../shared/data to judge rankings on: give --input DIR.');
  for (const network of networks) {
    const figures = await judgeNetwork(network, options.set, scratch, signal);
    const entry = { size: figures.before + figures.after, date: today(), options: { set: options.set } };
    results.write('quality', { ...entry, ...circumstances(), figures }, resultsOf(network.name));
  }
  writeQualityPage(results, join(dirname(resolve(options.report)), 'quality.md'));
  say('quality.md is written');
}

/** Accounts that like everybody once, in the networks of the page or that of `--input`. */
async function benchSpam(options: Options, results: Results, scratch: Scratch, signal: AbortSignal): Promise<void> {
  const networks = [...networksFor(options.input, options.name)];
  if (options.input === undefined) {
    const place = resolve(options.data ?? join(scratch.folder, 'data'));
    const { folder } = await firstDay(networkOf(place, generatedSize, options.seed), signal);
    networks.unshift({ name: 'generated', folder, options: {} });
  }
  for (const network of networks) {
    const figures = await measureSpam(network, mkdtempSync(join(scratch.folder, 'spam-')), signal);
    say(`${network.name}: lists with spammers are made`);
    const entry = { size: figures[0]?.known ?? 0, date: today(), options: { set: {} }, ...circumstances(), figures };
    results.write('spam', entry, `spam-${network.name}`);
  }
  writeQualityPage(results, join(dirname(resolve(options.report)), 'quality.md'));
  say('quality.md is written');
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

// If everything came to rest before the work is done, Node would end with 0: success has to be said.
process.exitCode = 1;
try {
  const options = readOptions(process.argv.slice(2), defaults);
  if (options) await interruptible((signal) => bench(options, signal));
  process.exitCode = 0;
} catch (error) {
  if (!(error instanceof KithError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
