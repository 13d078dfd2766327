import type pg from 'pg';
import { count, several } from '../figures.ts';
import { readSideBySide, sideBySide } from '../graph/side-by-side.ts';
import { CopyStream } from '../postgres/copy-stream.ts';
import { queryAll, queryOn, type SqlFile } from '../postgres/database.ts';
import { combinations, type Ranking } from '../scoring/ranking/ranking.ts';
import type { UserId } from '../user-id.ts';
import type { Answers, Findings, SurveyName } from './offences.ts';
import type { Population, ReadOthers } from './population.ts';
import { forEachTable, type OfTables, type RowCounts } from './published-tables.ts';

/** The run whose rows are checked. */
export interface CheckedRun {
  id: string;
  /** updated_at of its rows, ISO 8601. */
  startedAt: string;
  /** Epoch seconds. */
  asOf: number;
  ranking: Ranking;
  /** The settings that change the numbers, as stored in kith.runs. */
  settings: unknown;
  /** How far row counts may differ from those of the run published before, in percent. */
  maxRowChangePercent: number;
  /** Whether the tables may lose more rows than that. */
  mayShrink: boolean;
}

export interface CheckOutcome {
  name: string;
  /** What is true if it passes. */
  sentence: string;
  /** `waived`: it fails, but that was allowed. */
  outcome: 'passed' | 'failed' | 'waived' | 'skipped';
  /** How it failed, or why it was skipped. */
  detail?: string;
}

interface Survey {
  name: SurveyName;
  /** Which settings the planner gets. */
  order: 'in-order' | 'in-any-order';
  ask: (client: pg.ClientBase, about: Subject) => Promise<Answers | undefined>;
  /** Whether it compares the rows with the current graph. */
  needsGraph?: boolean;
}

interface Check {
  name: string;
  /** What is true if it passes. */
  sentence: string;
  judge: (found: Findings, run: CheckedRun) => { outcome: CheckOutcome['outcome']; detail?: string };
  /** Whether it compares the rows with the current graph. */
  needsGraph?: boolean;
  /** Whether it compares the rows with the ranking's lists in the graph, if that has any. */
  needsLists?: boolean;
}

interface Subject {
  population: Population;
  run: CheckedRun;
  /** The names of the tables that are checked. */
  names: OfTables<string>;
  suspended: UserId[];
}

/** Gives a connection, in a transaction, for one survey at a time. */
type Connect = <T>(work: (client: pg.ClientBase) => Promise<T>) => Promise<T>;

export interface CheckContext {
  population: Population;
  run: CheckedRun;
  connect: Connect;
  /** How many surveys run in parallel, each on its own connection; 1 if `connect` always gives the same one. */
  sessions: number;
  /** Which tables to check: the published ones, or those in kith_next with these names. */
  of: 'shown' | OfTables<string>;
  /**
   * Why the graph is no longer what it was when the rows were computed, as a sentence; checks that need the graph are
   * then skipped.
   */
  graphChangedBy?: string;
  /** Why the lists in the graph are not those that the rows were computed from, as a sentence. */
  listsChangedBy?: string;
  /** What is known already, from the rows as they were written. */
  known?: Findings;
}

/** The checks of the three tables: before they are published, and of the published ones by `kith check`. */
const shownChecks: readonly Check[] = [
  counted('whole keys', 'No row has a null in its key or its measures.', ['columns']),
  counted('one run', 'Every row of the three tables is of this run.', ['closest', 'recommendations', 'reasons']),
  counted('no self', 'Nobody is close to, recommended to or a reason for themself.', [
    'closest',
    'recommendations',
    'reasons',
  ]),
  { ...counted('no followed', 'Nobody is recommended whom the user follows already.', ['followed']), needsGraph: true },
  {
    ...counted('no suspended', 'No suspended user has a row or is named in one.', [
      'closest',
      'recommendations',
      'reasons',
    ]),
    needsGraph: true,
  },
  counted('short lists', 'At most 50 closest connections and 20 recommendations a user.', [
    'closest',
    'recommendations',
  ]),
  counted('sums', 'Reasons sum to the score of their recommendation within 1e-9.', ['sums']),
  counted('sources', 'Every row says where it comes from, as the ranking names it.', ['recommendations', 'reasons']),
  {
    ...counted('reasons', 'Every reason is one that the ranking has, such as a closest connection, of its weight.', [
      'reasons',
    ]),
    needsLists: true,
  },
  {
    name: 'row counts',
    sentence: 'Row counts are near those of the run published before.',
    judge: judgeRowCounts,
  },
];

/** What the checks need to know, in as few passes over the rows as possible; the most expensive surveys come first. */
const tableSurveys: readonly Survey[] = [
  { name: 'followed', order: 'in-any-order', ask: countFollowed, needsGraph: true },
  { name: 'reasons', order: 'in-any-order', ask: surveyReasons },
  { name: 'sums', order: 'in-order', ask: askTables('sql/checks/reasons-sum-to-scores.sql') },
  {
    name: 'recommendations',
    order: 'in-any-order',
    ask: surveyBy('sql/checks/survey-recommendations.sql', ({ ranking }) => [ranking.sources]),
  },
  { name: 'closest', order: 'in-any-order', ask: surveyBy('sql/checks/survey-closest-connections.sql') },
  { name: 'counts', order: 'in-any-order', ask: askTables('sql/checks/count-rows.sql') },
  { name: 'columns', order: 'in-any-order', ask: askTables('sql/checks/nullable-columns.sql') },
  {
    name: 'before',
    order: 'in-any-order',
    ask: (client, { run }) =>
      queryOne(client, 'sql/checks/run-before.sql', [
        run.id,
        JSON.stringify(run.settings),
        new Date(run.asOf * 1000).toISOString(),
      ]),
  },
];

/** Runs all checks of the three tables, even if some fail, and returns the outcomes and the row counts. */
export async function checkTables(context: CheckContext): Promise<{ checks: CheckOutcome[]; rows: RowCounts }> {
  const { graphChangedBy, listsChangedBy, run } = context;
  const found = await survey(context);
  const checks = shownChecks.map(({ name, sentence, judge, needsGraph, needsLists }): CheckOutcome => {
    if (needsGraph && graphChangedBy !== undefined)
      return { name, sentence, outcome: 'skipped', detail: graphChangedBy };
    if (needsLists && run.ranking.reasons === 'ties' && listsChangedBy !== undefined)
      return { name, sentence, outcome: 'skipped', detail: listsChangedBy };
    return { name, sentence, ...judge(found, run) };
  });
  return { checks, rows: tableRows(found) };
}

async function survey(context: CheckContext): Promise<Findings> {
  const { population, run, connect, sessions, of, graphChangedBy, known = {} } = context;
  const asksGraph = graphChangedBy === undefined;
  const surveys = tableSurveys.filter(({ name, needsGraph }) => !known[name] && (asksGraph || !needsGraph));
  const asksSuspended =
    asksGraph && surveys.some(({ name }) => ['closest', 'recommendations', 'reasons'].includes(name));
  const suspended = asksSuspended ? await population.suspended() : [];
  const names = of === 'shown' ? forEachTable((table) => table) : of;
  const subject = { population, run, names, suspended };
  const found: Findings = { ...known };
  await sideBySide(surveys, sessions, async ({ name, order, ask }) => {
    found[name] = await connect(async (client) => {
      await queryAll(client, 'sql/checks/begin.sql', { schema: of === 'shown' ? 'graph_recs' : 'kith_next' });
      await queryAll(client, `sql/checks/${order}.sql`);
      return ask(client, subject);
    });
  });
  return found;
}

/** A check for which surveys count the offending rows, in a column with the check's name, and give an example. */
function counted(name: string, sentence: string, surveys: readonly SurveyName[]): Check {
  return {
    name,
    sentence,
    judge: (found) => {
      const offending = surveys.reduce((sum, one) => sum + countIn(found[one], name), 0);
      if (offending === 0) return { outcome: 'passed' };
      const example = surveys.map((one) => found[one]?.[`${name} example`]).find(Boolean) ?? '';
      return {
        outcome: 'failed',
        detail: `${several(offending, 'row breaks', 'rows break')} it, for example ${example}`,
      };
    },
  };
}

/** @throws Error if the survey has no answer, since the check must not pass because of that */
function countIn(row: Answers | undefined, column: string): number {
  const count = row?.[column];
  if (count == null) throw new Error(`No survey counted the offending rows for the check "${column}".`);
  return Number(count);
}

async function queryOne(
  client: pg.ClientBase,
  file: SqlFile,
  values: unknown[] = [],
  names?: OfTables<string>,
): Promise<Answers | undefined> {
  return (await queryOn<Answers>(client, file, values, names))[0];
}

function askTables(file: SqlFile): Survey['ask'] {
  return (client, { names }) => queryOne(client, file, [], names);
}

function surveyBy(file: SqlFile, values: (run: CheckedRun) => unknown[] = () => []): Survey['ask'] {
  return (client, { names, run, suspended }) =>
    queryOne(client, file, [run.startedAt, suspended, ...values(run)], names);
}

async function surveyReasons(client: pg.ClientBase, subject: Subject): Promise<Answers | undefined> {
  const { population, run } = subject;
  const sources = combinations(run.ranking.sources);
  if (run.ranking.reasons === 'connections')
    return surveyBy('sql/checks/survey-rec-reasons.sql', () => [sources])(client, subject);
  await copyPairs(client, 'vias', population, population.vias());
  const [ofTies] = run.ranking.sources;
  return surveyBy('sql/checks/survey-reasons-by-ties.sql', () => [sources, ofTies])(client, subject);
}

/** Copies whom everybody follows to Postgres, to compare it with the recommendations. */
async function countFollowed(client: pg.ClientBase, { population, names }: Subject): Promise<Findings['followed']> {
  await copyPairs(client, 'followed', population, population.followed());
  return queryOne(client, 'sql/checks/count-followed.sql', [], names);
}

/** Copies pairs of users into a temporary table. */
async function copyPairs(
  client: pg.ClientBase,
  table: string,
  population: Population,
  read: ReadOthers,
): Promise<void> {
  await queryAll(client, 'sql/checks/create-pairs.sql', { table });
  const copy = new CopyStream(client, 'sql/checks/copy-pairs.sql', { table });
  await readSideBySide(await population.ranges(20_000), 1, async (range) => {
    const users = await read(range);
    return async () => {
      for (const { userId, others } of users)
        for (const id of others) if (copy.add(`${userId}\t${id}\n`)) await copy.flush();
    };
  });
  await copy.end();
}

function tableRows(found: Findings): RowCounts {
  return {
    closest: countIn(found.counts, 'closest'),
    recommendations: countIn(found.counts, 'recommendations'),
    reasons: countIn(found.counts, 'reasons'),
  };
}

/** A table with fewer rows is no measure for a percentage: a new network grows from nothing. */
const leastCompared = 10;

function judgeRowCounts(found: Findings, run: CheckedRun): { outcome: CheckOutcome['outcome']; detail?: string } {
  const last = found.before;
  if (!last) return { outcome: 'skipped', detail: 'nothing was published before' };
  const now = tableRows(found);
  const tables: [string, number, number][] = [
    ['closest_connections', now.closest, Number(last.closest_rows)],
    ['recommendations', now.recommendations, Number(last.recommendation_rows)],
    ['rec_reasons', now.reasons, Number(last.reason_rows)],
  ];
  const { maxRowChangePercent: most } = run;
  const isComparable = String(last.is_comparable) === 'true';
  const isBeyond = (rows: number, before: number) => isComparable && Math.abs(rows - before) * 100 > before * most;
  const isFar = (rows: number, before: number) => before >= leastCompared && isBeyond(rows, before);
  const lost = tables.filter(([, rows, before]) => rows < before && (rows === 0 || isFar(rows, before)));
  // Late activities and a long pause make tables grow, too; a wrong folder is one of the next few days.
  const isNextDay = Number(last.days) >= 1 && Number(last.days) <= 7 && String(last.is_doubtful) !== 'true';
  const grown = tables.filter(([, rows, before]) => isNextDay && rows > before && isFar(rows, before));
  const describe = ([table, rows, before]: [string, number, number]) =>
    `${table} has ${several(rows, 'row')} instead of ${count(before)}`;
  if (lost.length + grown.length === 0) {
    if (!isComparable) return { outcome: 'skipped', detail: `run ${last.id}, published before, had other settings` };
    const unjudged = tables.filter(([, rows, before]) => isBeyond(rows, before));
    const why = `fewer than ${leastCompared} rows before, or growth other than from a day to a week after that run, is not judged`;
    const exceptions = unjudged.length > 0 ? `; ${unjudged.map(describe).join(', ')}: ${why}` : '';
    return { outcome: 'passed', detail: `compared with run ${last.id}${exceptions}` };
  }
  const details = [...lost, ...grown].map(describe);
  const isByPercent = grown.length > 0 || lost.some(([, rows]) => rows > 0);
  const remedies = [
    ...(isByPercent ? [`more than ${most} % apart: KITH_MAX_ROW_CHANGE_PERCENT`] : []),
    ...(grown.length === 0 ? ['--allow shrink publishes it anyway'] : []),
  ];
  const detail = `${details.join(', ')} in run ${last.id} (${remedies.join('; ')})`;
  return { outcome: run.mayShrink && grown.length === 0 ? 'waived' : 'failed', detail };
}
