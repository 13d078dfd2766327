import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInputError, EngineError } from '../../errors.ts';
import { writeClosest, writeRecommendations } from '../../export/write-tables.ts';
import { judgeSums } from '../../graph/judge-sums.ts';
import { weightUnits } from '../../graph/weights.ts';
import { Accepted } from '../../ingest/accepted.ts';
import { Forgotten } from '../../ingest/forgotten.ts';
import type { Report } from '../../progress.ts';
import { mostRecommended } from '../../scoring/ranking/ranking.ts';
import type { ReputationList } from '../../scoring/reputation/reputation-list.ts';
import { type Application, runApplication } from '../../spark/application.ts';
import { removeOthers, removeTables, tablesOf } from '../../spark/lake.ts';
import { sparkPopulation } from '../../spark/population.ts';
import { writePowers } from '../../spark/powers.ts';
import { RowsByUser, readFigures, readRows } from '../../spark/row-files.ts';
import { closestStatements, recommendStatements } from '../../spark/statements.ts';
import { makeFolders } from '../../storage/make-folders.ts';
import { type RunContext, runFolder, writtenRun } from '../run-context.ts';
import type { Engine } from './engine.ts';

/** Spark SQL on the accepted rows, a Spark application for each of the two steps that compute. */
export const sparkEngine: Engine = {
  async horizon({ settings }) {
    return new Accepted(settings).known()?.horizon ?? undefined;
  },

  async mostActivities({ settings, signal, attempt }) {
    return new Accepted(settings).countRows(tablesOf(settings, attempt), signal);
  },

  async load({ settings }) {
    // The kept rows are what Spark computes from.
    new Accepted(settings).remember({ isAhead: true });
  },

  async closest(context, report) {
    const { database, run, settings, summary, attempt, signal } = context;
    const { weighting, ranking } = run.settings;
    const accepted = new Accepted(settings);
    const tables = tablesOf(settings, attempt);
    await refuseWords(context, accepted, tables);
    await removeOthers(settings, run.id);
    makeFolders(tables, 0o700);
    judgeSums(weighting, await accepted.countRows(tables, signal));
    const powers = join(tables, 'powers.parquet');
    if (weighting.decay.kind === 'exponential') {
      report({ doing: 'computing powers' });
      await writePowers(accepted, weighting, run.asOf, { workDir: tables, path: powers, signal });
    }
    await runStep(context, report, {
      statements: closestStatements({ weighting, ranking }),
      parameters: { ...weights(context), powers: { path: powers } },
    });
    const [users = 0, activities = 0, suspended = 0] = await readFigures(join(tables, 'figures'));
    summary.graph = { users, activities };
    summary.dropped = { ...summary.dropped, suspended };
    summary.closest = await writeClosest(
      sparkPopulation(tables),
      database,
      writtenRun(context),
      async (take, soFar) => {
        for await (const rows of readRows(join(tables, 'closest_rows'))) {
          await take(rows);
          report({ doing: 'writing the table', count: soFar(), unit: 'rows' });
        }
      },
    );
    summary.sparkClosest = tables;
    await removeTables(tables, ['closest_rows']);
  },

  async takeScores(context, list) {
    const { settings, attempt, run, summary } = context;
    summary.sparkScores = undefined;
    if (!list) return 0;
    const tables = tablesOf(settings, attempt);
    makeFolders(tables, 0o700);
    summary.sparkScores = join(tables, 'scores.csv');
    await writeScores(summary.sparkScores, list, run.settings.weighting.minReputation, Forgotten.of(settings));
    return list.size;
  },

  async recommend(context, report) {
    const { database, run, settings, summary, attempt } = context;
    const { sparkClosest: computed, sparkScores: scores } = summary;
    if (computed === undefined || !existsSync(computed))
      throw new EngineError('Closest connections are not computed: run `kith closest` again.');
    const hasScores = run.settings.reputation === 'list';
    if (hasScores && scores === undefined) throw new EngineError('The scores are gone: run again.');
    const tables = tablesOf(settings, attempt);
    makeFolders(tables, 0o700);
    const parameters = {
      ...weights(context),
      computed: { path: computed },
      ...(scores === undefined ? {} : { scores: { path: scores } }),
      popularAtMost: BigInt(run.settings.popularAtMost ?? mostRecommended),
      strangersAtMost: BigInt(run.settings.strangersAtMost ?? 0),
    };
    await runStep(context, report, { statements: recommendStatements(run.settings, hasScores), parameters });
    const [self = 0, followed = 0, engaged = 0, reputation = 0, scored = 0] = await readFigures(
      join(tables, 'figures'),
    );
    if (summary.reputation && summary.reputation !== 'none') summary.reputation.scored = scored;
    const made = await writeRecommendations(
      sparkPopulation(computed, tables),
      database,
      writtenRun(context),
      async (take, soFar) => {
        const recommendations = new RowsByUser(readRows(join(tables, 'recommendation_rows')));
        const reasons = new RowsByUser(readRows(join(tables, 'reason_rows')));
        try {
          for (;;) {
            const part = await recommendations.next();
            // Reasons that belong to no recommendation are for the checks to find.
            const ofPart = await reasons.upTo(part?.lastUser ?? Number.POSITIVE_INFINITY);
            await take(part?.rows ?? Buffer.alloc(0), ofPart);
            if (!part) return;
            report({ doing: 'writing the tables', count: soFar(), unit: 'rows' });
          }
        } finally {
          await recommendations.close();
          await reasons.close();
        }
      },
    );
    summary.sparkRecommend = tables;
    await removeTables(tables, ['candidate', 'list', 'recommendation', 'reason', 'recommendation_rows', 'reason_rows']);
    return {
      ...made,
      dropped: { self, followed, ...(run.settings.recommendEngaged ? {} : { engaged }), reputation },
    };
  },

  async withPopulation({ run, summary }, work) {
    const { sparkClosest: computed, sparkRecommend: recommended } = summary;
    if (!computed || !recommended || !existsSync(computed) || !existsSync(recommended))
      throw new BadInputError(
        `What Spark has computed for run ${run.id} is gone, since another run has begun or somebody was forgotten: its rows can't be checked any more.`,
      );
    return work(sparkPopulation(computed, recommended));
  },
};

function weights({ run, settings }: RunContext): Application['parameters'] {
  const { weighting } = run.settings;
  const { follow, reply, like, mention } = weighting.bases;
  return {
    accepted: { path: new Accepted(settings).folder },
    asOf: BigInt(run.asOf),
    window: BigInt(weighting.windowSeconds),
    ...{ follow: BigInt(follow), reply: BigInt(reply), like: BigInt(like), mention: BigInt(mention) },
    one: weightUnits(weighting),
  };
}

/** Runs the application of a step. It ends as soon as the attempt is over, for whatever reason. */
async function runStep(
  { settings, run, attempt, database, signal }: RunContext,
  report: Report,
  application: Pick<Application, 'statements' | 'parameters'>,
): Promise<void> {
  const folder = runFolder(settings, run.id);
  makeFolders(folder, 0o700);
  await runApplication(
    settings,
    {
      ...application,
      name: `kith ${attempt.step} ${run.id}`,
      tables: tablesOf(settings, attempt),
      logFile: join(folder, `spark-${attempt.step}-${attempt.token}.log`),
    },
    // A transaction of a late attempt fails.
    { signal, report, check: () => database.transaction(async () => undefined) },
  );
}

const scoresAtOnce = 100_000;

/** Whether each score is high enough is decided here, where all engines' scores are read. */
async function writeScores(
  path: string,
  list: ReputationList,
  minReputation: number,
  forgotten: Forgotten,
): Promise<void> {
  await using file = await open(path, 'w', 0o600);
  let lines: string[] = [];
  for (const [userId, pred] of list) {
    // A list of somebody's own may still name them.
    if (forgotten.has(userId)) continue;
    lines.push(`${userId},${pred >= minReputation ? 1 : 0}\n`);
    if (lines.length < scoresAtOnce) continue;
    await file.write(lines.join(''));
    lines = [];
  }
  await file.write(lines.join(''));
}

/** @throws BadInputError if the run has words or settings that only Neo4j knows */
async function refuseWords({ run, signal }: RunContext, accepted: Accepted, tables: string): Promise<void> {
  const { activeDays, excludeLaterFollows } = run.settings;
  const [setting] = [
    ...(activeDays === undefined ? [] : ['KITH_RECOMMEND_ACTIVE_DAYS']),
    ...(excludeLaterFollows ? ['KITH_EXCLUDE_LATER_FOLLOWS'] : []),
  ];
  if (setting !== undefined)
    throw new BadInputError(`Spark does not know ${setting}: unset it, or compute on Neo4j (KITH_ENGINE=neo4j).`);
  if ((await accepted.countWords(tables, signal)) > 0)
    throw new BadInputError(
      'Spark does not know words that end or forbid (such as block.csv), which were loaded: compute on Neo4j ' +
        '(KITH_ENGINE=neo4j).',
    );
}
