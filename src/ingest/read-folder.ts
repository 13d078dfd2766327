import { statement } from '../config/project.ts';
import type { InputLimits } from '../config/settings.ts';
import type { ImportFiles } from '../engines/bulk-import.ts';
import { InterruptedError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import type { Folder } from '../storage/folder.ts';
import { type ActivityRows, parseActivities } from './activity-rows.ts';
import type { RowType } from './activity-type.ts';
import { asOfOfFolder, type DayFile, dayFiles, latestInstant, type UnreadNames, unreadIn } from './day-folder.ts';
import type { FileForm, JsonForm, TableForm } from './file-form.ts';
import { type FileKind, rowTypeOf } from './file-kinds.ts';
import { mostRowBytes, rowBlocks } from './file-rows.ts';
import type { Forgotten } from './forgotten.ts';
import { writeImportFiles } from './import-files.ts';
import { isoSeconds } from './instant.ts';
import { parseJsonActivities, parseJsonUsers } from './json-rows.ts';
import { type FileCount, type JudgedBlock, judgeFile } from './judge-file.ts';
import { look } from './look.ts';
import { mappingOf } from './mapping.ts';
import { RejectsFile } from './rejects.ts';
import { type ActivityBatch, readActivities, readUsers, type UserBatch } from './staged-rows.ts';
import { type CountedSpan, type StagedCounts, Staging } from './staging.ts';
import type { NamedId } from './text-ids.ts';
import { UserReader, type UserRows } from './user-rows.ts';

/** Progress of reading, across the whole folder. */
export interface ReadProgress {
  file: string;
  /** Bytes as stored: for a `.gz`, compressed ones. */
  bytes: number;
  totalBytes: number;
  /** Lines judged. */
  rows: number;
}

/** For a person. */
export function reading({ file, bytes, totalBytes, rows }: ReadProgress): Progress {
  return { doing: `reading ${file}`, share: bytes / totalBytes, count: rows, unit: 'rows' };
}

export interface ReadOptions {
  /** Where the staged rows are kept until the folder is disposed of. */
  workDir: string;
  /** The CSV file that bad rows are written to. */
  rejectsPath: string;
  limits: InputLimits;
  /** Epoch seconds: activities at or before it are judged but not staged, unless they are follows. */
  horizon?: number;
  /** The span that the run counts. */
  span?: CountedSpan;
  /** Whose rows are judged, but neither staged nor kept as rejected ones. */
  forgotten?: Forgotten;
  signal?: AbortSignal;
  onProgress?: (progress: ReadProgress) => void;
  /** Called when everything is read and judged, before it is sorted and repeats are removed. */
  onSort?: () => void;
}

/** A folder that has been read and judged completely; its rows are on disk until it is disposed of. */
export interface StagedFolder extends StagedCounts, AsyncDisposable {
  files: FileCount[];
  /** What is in the folder besides these files and the messages, and is not read. */
  unread: UnreadNames | undefined;
  /** 00:00 UTC of the date in the folder's name, as epoch seconds; undefined if the name is not a date. */
  asOf: number | undefined;
  /** Every user once, by id; `suspended` is null if user.csv doesn't say it, and 1 wins over 0. */
  readUsers(batchSize: number): AsyncIterable<UserBatch>;
  /** The distinct activities of a type, sorted by user, engaged, at (epoch seconds), message (null for follows). */
  readActivities(type: RowType, batchSize: number): AsyncIterable<ActivityBatch>;
  /** Each user's text, where ids are texts. */
  readNames(): AsyncIterable<NamedId[]>;
  /**
   * Writes CSV files for Neo4j's bulk importer into a new or existing folder, each list being a header and its data.
   * `flaggedAt` (epoch seconds) is set only on the users of whom user.csv says whether they are suspended.
   */
  writeImportFiles(dir: string, flaggedAt: number, onProgress?: (text: string) => void): Promise<ImportFiles>;
  /** Writes the rows as Parquet, for `Accepted`; the flags' date is `at`, in epoch seconds. */
  writeAccepted(
    files: { activities: string; users: string },
    flagged: { at: number; isUndated: boolean },
  ): Promise<void>;
}

/**
 * Reads a day's folder, judges every row and stages the good ones; nothing outside `workDir` and `rejectsPath` is
 * written.
 *
 * @throws BadInputError if the folder has no activity file, anything in it looks like input but can't be read, or a
 *   file has too many bad rows or is too large
 * @throws InterruptedError once the signal aborts
 * @throws EngineError if rows can't be staged, for example because the disk is full
 */
export async function readFolder(folder: Folder, options: ReadOptions): Promise<StagedFolder> {
  const mapping = await mappingOf(folder, options.limits.mapping, options.limits.userIds);
  const files = dayFiles(folder, mapping);
  const staging = await Staging.open(options.workDir, options.signal, options.limits.userIds);
  try {
    const counts = await readFiles(folder, files, staging, options);
    options.onSort?.();
    const totals = await staging.finish(options.horizon, options.span, options.forgotten);
    return stagedFolder(
      staging,
      { files: counts, unread: unreadIn(folder, mapping), asOf: asOfOfFolder(folder.name) },
      totals,
    );
  } catch (error) {
    await staging[Symbol.asyncDispose]();
    throw error;
  }
}

/** What a finished staging holds, as a folder. */
export function stagedFolder(
  staging: Staging,
  read: Pick<StagedFolder, 'files' | 'unread' | 'asOf'>,
  totals: StagedCounts,
): StagedFolder {
  return {
    ...read,
    ...totals,
    readUsers: (batchSize) => readUsers(staging, batchSize),
    readActivities: (type, batchSize) => readActivities(staging, type, batchSize),
    readNames: () => staging.readNames(),
    writeImportFiles: (dir, flaggedAt, onProgress) => writeImportFiles(staging, dir, flaggedAt, onProgress),
    writeAccepted: async ({ activities, users }, { at, isUndated }) => {
      await staging.run(statement('sql/accepted/write-activities.sql'), { path: activities });
      const flags = { path: users, flaggedAt: BigInt(at), undated: isUndated };
      await staging.run(statement('sql/accepted/write-users.sql'), flags);
    },
    [Symbol.asyncDispose]: () => staging[Symbol.asyncDispose](),
  };
}

async function readFiles(
  folder: Folder,
  files: readonly DayFile[],
  staging: Staging,
  options: ReadOptions,
): Promise<FileCount[]> {
  const { limits, signal } = options;
  const latest = latestInstant(folder);
  const flaggedAt = asOfOfFolder(folder.name) ?? options.span?.asOf ?? 0;
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const progress = { bytes: 0, totalBytes, rows: 0 };
  const counts: FileCount[] = [];
  // All are looked at before the first is read: what can't be read is told at once.
  const looked: (DayFile & { form: FileForm })[] = [];
  for (const each of files)
    looked.push({ ...each, form: await look(folder, each.file, each.kind, { ...each, limits, signal }) });
  await using parsing = await parsingOf(totalBytes);
  const rejects = await RejectsFile.create(options.rejectsPath, options.forgotten);
  try {
    for (const { kind, file, form } of looked) {
      // A snapshot is as of the folder's date.
      const constants = { ...form.rows.constants, timestamp: isoSeconds(flaggedAt) };
      const { userIds } = limits;
      const rows = { ...form.rows, userIds, ...(kind === 'follows-snapshot' ? { constants } : {}) };
      const blocks = rowBlocks(folder, file, form, { limits, signal, onBytes: (read) => (progress.bytes += read) });
      counts.push(
        await judgeFile(file, stageFile(kind, rows, blocks, { latest, staging, parsing, flaggedAt }), {
          location: folder.location,
          mostBytes: mostRowBytes(folder, file, form, limits),
          rejects,
          limits,
          form,
          onLines: (lines) => {
            progress.rows += lines;
            options.onProgress?.({ file, ...progress });
            if (signal?.aborted) throw new InterruptedError('Reading the folder was stopped.');
          },
        }),
      );
    }
  } finally {
    await rejects[Symbol.asyncDispose]();
  }
  return counts;
}

/** Parses blocks; more than one may be under way, and they end in order. */
interface Parsing extends AsyncDisposable {
  most: number;
  parse(block: Buffer, type: RowType, latest: number, form: TableForm): Promise<ActivityRows>;
}

/** From so many bytes on, threads for parsing save more than their start takes. */
const threadFromBytes = 32 * 1024 * 1024;

async function parsingOf(totalBytes: number): Promise<Parsing> {
  if (totalBytes < threadFromBytes)
    return {
      most: 1,
      parse: async (block, type, latest, form) => parseActivities(block, type, latest, form),
      [Symbol.asyncDispose]: async () => undefined,
    };
  const { mostParsing, ParsingThreads } = await import('./parsing-threads.ts');
  const threads = new ParsingThreads();
  return {
    most: mostParsing,
    parse: (block, type, latest, form) => threads.parse(block, type, latest, form),
    [Symbol.asyncDispose]: () => threads[Symbol.asyncDispose](),
  };
}

interface StageOptions {
  latest: number;
  staging: Staging;
  parsing: Parsing;
  /** The date of what users are, in epoch seconds. */
  flaggedAt: number;
}

/** What is said of who may be recommended goes with the words: from a user to themself, at the folder's date. */
function addDiscoverable(staging: Staging, { userIds, discoverable }: UserRows, flaggedAt: number): void {
  for (const type of ['hide', 'reveal'] as const) {
    const said = userIds.filter((_, i) => discoverable[i] === (type === 'reveal'));
    const ids = staging.userColumn(said);
    if (ids.length === 0) continue;
    staging.addActivities(type, {
      users: ids,
      engaged: ids,
      messages: new BigInt64Array(ids.length).fill(-1n),
      instants: new Float64Array(ids.length).fill(flaggedAt),
      selfDirected: [],
    });
  }
}

async function* stageFile(
  kind: FileKind,
  form: TableForm | JsonForm,
  blocks: AsyncIterable<Buffer>,
  { latest, staging, parsing, flaggedAt }: StageOptions,
): AsyncGenerator<JudgedBlock> {
  const type = rowTypeOf(kind);
  if (type !== undefined) {
    for await (const { block, rows } of parsed(type, form, blocks, latest, parsing)) {
      staging.addActivities(type, rows);
      staging.addNames(rows.named);
      const { lines, selfDirected, unwanted, rejects } = rows;
      yield { lines, bytes: block.length, selfDropped: selfDirected.length, unwanted, rejects };
    }
    return;
  }
  for await (const rows of usersIn(form, blocks)) {
    staging.addUsers(rows);
    staging.addNames(rows.named);
    addDiscoverable(staging, rows, flaggedAt);
    yield { lines: rows.lines, bytes: rows.bytes, selfDropped: 0, unwanted: rows.unwanted, rejects: rows.rejects };
  }
}

async function* usersIn(form: TableForm | JsonForm, blocks: AsyncIterable<Buffer>): AsyncGenerator<UserRows> {
  if (form.kind === 'json') {
    for await (const block of blocks) yield parseJsonUsers(block, form);
    return;
  }
  const reader = new UserReader(form);
  for await (const block of blocks) yield reader.read(block);
  yield reader.end();
}

/** Blocks with their rows, in order. */
async function* parsed(
  type: RowType,
  form: TableForm | JsonForm,
  blocks: AsyncIterable<Buffer>,
  latest: number,
  parsing: Parsing,
): AsyncGenerator<{ block: Buffer; rows: ActivityRows }> {
  if (form.kind === 'json') {
    for await (const block of blocks) yield { block, rows: parseJsonActivities(block, type, latest, form) };
    return;
  }
  const underWay: { block: Buffer; rows: Promise<ActivityRows> }[] = [];
  const first = async () => {
    const { block, rows } = underWay.shift() as (typeof underWay)[number];
    return { block, rows: await rows };
  };
  for await (const block of blocks) {
    const rows = parsing.parse(block, type, latest, form);
    // It is thrown when its turn comes.
    rows.catch(() => undefined);
    underWay.push({ block, rows });
    if (underWay.length >= parsing.most) yield await first();
  }
  while (underWay.length > 0) yield await first();
}
