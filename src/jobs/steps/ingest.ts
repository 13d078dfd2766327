import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasGraph } from '../../engines/graph-store.ts';
import { BadInputError, FolderChangedError, FolderMissingError } from '../../errors.ts';
import { refuseObstacles } from '../../export/obstacles.ts';
import { judgeSums } from '../../graph/judge-sums.ts';
import type { FlagDate } from '../../graph/merge-activities.ts';
import { graphSize } from '../../graph/schema.ts';
import { Accepted, rowsOf } from '../../ingest/accepted.ts';
import { asOfOfFolder, messageFiles, versionOf } from '../../ingest/day-folder.ts';
import { Forgotten } from '../../ingest/forgotten.ts';
import { isoSeconds } from '../../ingest/instant.ts';
import type { FileCount } from '../../ingest/judge-file.ts';
import { mappingOf } from '../../ingest/mapping.ts';
import { type ReadProgress, readFolder, reading, type StagedFolder } from '../../ingest/read-folder.ts';
import { RejectsFile } from '../../ingest/rejects.ts';
import { MessageStore } from '../../messages/message-store.ts';
import { readMessages } from '../../messages/read-messages.ts';
import { keepTexts } from '../../postgres/user-texts.ts';
import type { Report } from '../../progress.ts';
import type { Folder } from '../../storage/folder.ts';
import { makeFolders } from '../../storage/make-folders.ts';
import { openFolder } from '../../storage/open-folder.ts';
import type { UserId } from '../../user-id.ts';
import { engines } from '../computing/engine-by-name.ts';
import { refuseExpired } from '../horizon.ts';
import { judgeAge, judgeAsOf, judgeFirstFolder } from '../judge-as-of.ts';
import { workFolder } from '../make-room.ts';
import { messagesFile, type RunContext, runFolder, withGraph } from '../run-context.ts';
import { isHeldToPublished } from '../step-name.ts';

/**
 * Reads and judges the day's folder whole, keeps its users and activities, gives them to the engine, and keeps its
 * messages.
 */
export async function ingest(context: RunContext, report: Report): Promise<void> {
  const { settings, run, folder, signal, summary } = context;
  if (!folder) throw new Error('ingest was called without a folder');
  await judgeAsOf(context);
  if (isHeldToPublished(run.steps)) await refuseObstacles(context.database);
  const dir = runFolder(settings, run.id);
  const { attempt } = context;
  const workDir = workFolder(settings, attempt);
  makeFolders(workDir, 0o700);
  summary.rejects = join(dir, 'rejects.csv');
  const named = asOfOfFolder(folder.name);
  const engine = engines[run.engine];
  const horizon = await engine.horizon(context);
  const forgotten = Forgotten.of(settings);
  // A folder that is loaded by itself may be of any date.
  if (run.steps.includes('closest')) refuseExpired(run, horizon);
  try {
    await using staged = await readFolder(folder, {
      workDir,
      rejectsPath: summary.rejects,
      limits: settings,
      horizon,
      forgotten,
      span: { start: run.asOf - run.settings.weighting.windowSeconds, asOf: run.asOf, folderDate: named },
      signal,
      onProgress: (progress) => report(reading(progress)),
      onSort: () => report({ doing: 'sorting and removing repeats' }),
    });
    summary.files = staged.files;
    summary.unread = staged.unread;
    summary.repeated = staged.repeated;
    if (staged.forgotten > 0) summary.forgotten = staged.forgotten;
    summary.expired = staged.expired;
    summary.later = staged.later;
    summary.beforeWindow = staged.beforeWindow;
    await judgeFirstFolder(context, staged);
    await judgeAge(context, staged);
    if (run.steps.includes('closest')) judgeSums(run.settings.weighting, await activitiesWith(context, staged));
    await using messages = await stageMessages(context, folder, { rejectsPath: summary.rejects, forgotten }, report);
    if (messages) summary.files = [...staged.files, ...messages.counts];
    if (messages?.forgotten) summary.forgotten = (summary.forgotten ?? 0) + messages.forgotten;
    await refuseChanged(context, folder, staged.newestNear);
    if (settings.userIds === 'text') await keepTexts(context.database, textsIn(staged, messages?.texts));
    const flagged = { at: named ?? run.asOf, isUndated: named === undefined };
    await keepAccepted(context, staged, flagged, report);
    await engine.load(context, staged, flagged, report);
    if (messages) summary.messages = await messages.store.commit();
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** The ids of all users that a folder names, as texts. */
async function* textsIn(
  staged: StagedFolder,
  ofMessages: ReadonlyMap<string, UserId> = new Map(),
): AsyncGenerator<(readonly [UserId, string])[]> {
  yield* staged.readNames();
  yield [...ofMessages].map(([text, id]) => [id, text]);
}

/** How many activities there are at most once the folder is loaded. */
async function activitiesWith(context: RunContext, staged: StagedFolder): Promise<number> {
  const added = Object.values(staged.activities).reduce((sum, count) => sum + count, 0);
  return added + (await engines[context.run.engine].mostActivities(context));
}

/** Keeps what the graph is made of, before any of it is there; `kith rebuild` makes it again from that. */
async function keepAccepted(
  context: RunContext,
  staged: StagedFolder,
  flagged: FlagDate,
  report: Report,
): Promise<void> {
  const { settings, run, attempt, database } = context;
  report({ doing: 'keeping the accepted rows' });
  const accepted = new Accepted(settings);
  if (!accepted.known()) {
    const isEmpty = !hasGraph(settings) || (await withGraph(context, graphSize)).users === 0;
    accepted.remember({ isComplete: isEmpty, rows: rowsOf(staged), namesEveryone: true });
  }
  const files = accepted.draftOf(attempt.token, run.id);
  await staged.writeAccepted(files, flagged);
  // A late attempt must not bring back what was removed since.
  await database.transaction(async () => accepted.take(files, run.id));
}

/**
 * Once anything of a folder is in the graph, the run is one on just this folder.
 *
 * @throws FolderChangedError if files came or went while they were read; BadInputError if an earlier attempt has loaded
 *   other ones
 */
async function refuseChanged(
  { settings, run, database }: RunContext,
  folder: Folder,
  newest: number | undefined,
): Promise<void> {
  const mapping = await mappingOf(folder, settings.mapping, settings.userIds);
  const version = versionOf(folder, mapping);
  const now = await openFolder(folder.location, settings.s3).then(
    async (again) => versionOf(again, await mappingOf(again, settings.mapping, settings.userIds)),
    (error) => {
      // It is being replaced, or a file in it is being copied.
      if (error instanceof FolderMissingError) return undefined;
      throw error;
    },
  );
  if (version !== now)
    throw new FolderChangedError(
      `${folder.location} is changing while it is being read: wait until it is complete, then run again.`,
    );
  const [row] = await database.query<{ input_version: string }>('sql/runs/remember-input.sql', [
    run.id,
    version,
    newest === undefined ? null : isoSeconds(newest),
  ]);
  if (row?.input_version !== version)
    throw new BadInputError(
      `${folder.location} has changed since this run began to load it: queue it again, as a new run.`,
    );
}

interface StagedMessages extends AsyncDisposable {
  store: MessageStore;
  counts: FileCount[];
  forgotten: number;
  /** Their users by id, where ids are texts. */
  texts: ReadonlyMap<string, UserId>;
}

/**
 * The folder's messages, judged and staged: they are kept once the graph has its activities. Undefined if there are
 * none.
 */
async function stageMessages(
  { settings, signal }: RunContext,
  folder: Folder,
  { rejectsPath, forgotten }: { rejectsPath: string; forgotten: Forgotten },
  report: Report,
): Promise<StagedMessages | undefined> {
  if (messageFiles(folder, await mappingOf(folder, settings.mapping, settings.userIds)).length === 0) return undefined;
  const store = await MessageStore.open(messagesFile(settings), signal, undefined, settings.userIds);
  const rejects = await RejectsFile.append(rejectsPath, forgotten);
  try {
    const options = {
      rejects,
      limits: settings,
      signal,
      onProgress: (progress: ReadProgress) => report(reading(progress)),
    };
    const stage = await store.stage();
    let left = 0;
    const texts = new Map<string, UserId>();
    const counts = await readMessages(folder, options, (messages) => {
      const kept = forgotten.isEmpty ? messages : messages.filter(({ userId }) => !forgotten.has(userId));
      left += messages.length - kept.length;
      for (const { userId, userText } of kept) if (userText !== undefined) texts.set(userText, userId);
      stage(kept);
    });
    return { store, counts, forgotten: left, texts, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  } finally {
    await rejects[Symbol.asyncDispose]();
  }
}
