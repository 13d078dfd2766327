import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInputError, EngineError } from '../../errors.ts';
import { writeClosest, writeRecommendations } from '../../export/write-tables.ts';
import { judgeSums } from '../../graph/judge-sums.ts';
import { weightUnits } from '../../graph/weights.ts';
import { Accepted } from '../../ingest/accepted.ts';
import { Forgotten } from '../../ingest/forgotten.ts';
import type { Report } from '../../progress.ts';
import { droppedBy } from '../../scoring/ranking/filters.ts';
import { mostRecommended } from '../../scoring/ranking/ranking.ts';
import type { ReputationList } from '../../scoring/reputation/reputation-list.ts';
import { type Application, runApplication } from '../../spark/application.ts';
import {
  acceptedPlace,
  bringAccepted,
  bringFile,
  isOnS3,
  isThere,
  makeTables,
  removeOthers,
  removeTables,
  tablesOf,
} from '../../spark/lake.ts';
import { sparkPopulation } from '../../spark/population.ts';
import { writePowers } from '../../spark/powers.ts';
import { RowsByUser, readFigures, readRows } from '../../spark/row-files.ts';
import { closestStatements, recommendStatements } from '../../spark/statements.ts';
import { makeFolders } from '../../storage/make-folders.ts';
import { workFolder } from '../make-room.ts';
import { wantedOf, wordsOf } from '../run.ts';
import { type RunContext, runFolder, writtenRun } from '../run-context.ts';
import type { Engine } from './engine.ts';

/** Spark SQL on the accepted rows, a Spark application for each of the two steps that compute. */
export const sparkEngine: Engine = {
  async horizon({ settings }) {
    return new Accepted(settings).known()?.horizon ?? undefined;
  },

  async mostActivities({ settings, signal, attempt }) {
    return new Accepted(settings).countActivities(workFolder(settings, attempt), signal);
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
    await removeOthers(settings, run.id);
    makeTables(tables);
    const workDir = workFolder(settings, attempt);
    makeFolders(workDir, 0o700);
    const activities = await accepted.countActivities(workDir, signal);
    judgeSums(weighting, activities);
    report({ doing: 'bringing the accepted rows to the lake' });
    await bringAccepted(settings, accepted, signal);
    const powers = `${tables}/powers.parquet`;
    if (weighting.decay.kind === 'exponential') {
      report({ doing: 'computing powers' });
      const path = isOnS3(tables) ? join(workDir, 'powers.parquet') : powers;
      await writePowers(accepted, weighting, run.asOf, { workDir, path, signal });
      await bringFile(settings, path, powers, signal);
    }
    await runStep(context, report, {
      statements: closestStatements({ weighting, ranking }, accepted.known()?.namesEveryone === true),
      parameters: { ...weights(context), powers: { path: powers } },
    });
    const [users = 0, suspended = 0] = await readFigures(`${tables}/figures`, settings.s3);
    summary.graph = { users, activities };
    summary.dropped = { ...summary.dropped, suspended };
    summary.closest = await writeClosest(
      sparkPopulation({ computed: tables, s3: settings.s3 }),
      database,
      writtenRun(context),
      async (take, soFar) => {
        for await (const rows of readRows(`${tables}/closest_rows`, settings.s3)) {
          await take(rows);
          report({ doing: 'writing the table', count: soFar(), unit: 'rows' });
        }
      },
    );
    summary.sparkClosest = tables;
    // Kept for the worker that publishes, whose own settings may differ.
    summary.isSparkDrawn = settings.spark.graph === 'closest';
    if (!summary.isSparkDrawn) await removeTables(tables, ['closest_rows'], settings);
  },

  async takeScores(context, list) {
    const { settings, attempt, run, summary, signal } = context;
    summary.sparkScores = undefined;
    if (!list) return 0;
    const tables = tablesOf(settings, attempt);
    makeTables(tables);
    const workDir = workFolder(settings, attempt);
    makeFolders(workDir, 0o700);
    const place = `${tables}/scores.csv`;
    const path = isOnS3(tables) ? join(workDir, 'scores.csv') : place;
    await writeScores(path, list, run.settings.weighting.minReputation, Forgotten.of(settings));
    await bringFile(settings, path, place, signal);
    summary.sparkScores = place;
    return list.size;
  },

  async recommend(context, report) {
    const { database, run, settings, summary, attempt } = context;
    const { sparkClosest: computed, sparkScores: scores } = summary;
    if (computed === undefined || !(await isThere(computed, settings)))
      throw new EngineError('Closest connections are not computed: run `kith closest` again.');
    const hasScores = run.settings.reputation === 'list';
    if (hasScores && scores === undefined) throw new EngineError('The scores are gone: run again.');
    const tables = tablesOf(settings, attempt);
    makeTables(tables);
    await bringAccepted(settings, new Accepted(settings), context.signal);
    const parameters = {
      ...weights(context),
      computed: { path: computed },
      ...(scores === undefined ? {} : { scores: { path: scores } }),
      ...filters(run),
      popularAtMost: BigInt(run.settings.popularAtMost ?? mostRecommended),
      strangersAtMost: BigInt(run.settings.strangersAtMost ?? 0),
    };
    await runStep(context, report, { statements: recommendStatements(run.settings, hasScores), parameters });
    const [scored = 0, ...dropped] = await readFigures(`${tables}/figures`, settings.s3);
    if (summary.reputation && summary.reputation !== 'none') summary.reputation.scored = scored;
    const made = await writeRecommendations(
      sparkPopulation({ computed, recommended: tables, s3: settings.s3 }),
      database,
      writtenRun(context),
      async (take, soFar) => {
        const recommendations = new RowsByUser(readRows(`${tables}/recommendation_rows`, settings.s3));
        const reasons = new RowsByUser(readRows(`${tables}/reason_rows`, settings.s3));
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
    const left = ['candidate', 'list', 'recommendation', 'reason', 'recommendation_rows', 'reason_rows'];
    await removeTables(tables, left, settings);
    return { ...made, dropped: droppedBy(dropped, run.settings.recommendEngaged) };
  },

  async withPopulation({ run, summary, settings }, work) {
    const { sparkClosest: computed, sparkRecommend: recommended } = summary;
    const areThere = async (place = '') => place !== '' && (await isThere(place, settings));
    if (!computed || !(await areThere(computed)) || !(await areThere(recommended)))
      throw new BadInputError(
        `What Spark has computed for run ${run.id} is gone, since another run has begun or somebody was forgotten: its rows can't be checked any more.`,
      );
    return work(sparkPopulation({ computed, recommended, s3: settings.s3 }));
  },
};

/** Before any instant that there is. */
const nothingExpired = -(2 ** 50);

function weights({ run, settings }: RunContext): Application['parameters'] {
  const { weighting } = run.settings;
  const accepted = new Accepted(settings);
  const { follow, reply, like, mention } = weighting.bases;
  return {
    accepted: { path: acceptedPlace(settings) },
    asOf: BigInt(run.asOf),
    horizon: BigInt(accepted.known()?.horizon ?? nothingExpired),
    window: BigInt(weighting.windowSeconds),
    follow: BigInt(follow),
    reply: BigInt(reply),
    like: BigInt(like),
    mention: BigInt(mention),
    one: weightUnits(weighting),
  };
}

/** The instants that filters depend on. */
function filters(run: RunContext['run']): Application['parameters'] {
  const { asOf, dismissSeconds, followsUntil = asOf } = wordsOf(wantedOf(run));
  return {
    followsUntil: BigInt(followsUntil),
    dismissedSince: BigInt(asOf - dismissSeconds),
    activeSince: BigInt(asOf - (run.settings.activeDays ?? 0) * daySeconds),
  };
}

const daySeconds = 86_400;

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
      scratch: workFolder(settings, attempt),
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
