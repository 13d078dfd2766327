import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import type { Settings } from '../config/settings.ts';
import { asOfOfFolder } from '../ingest/day-folder.ts';
import { type FileCount, isTooBad } from '../ingest/judge-file.ts';
import { readFolder, reading, type StagedFolder } from '../ingest/read-folder.ts';
import { RejectsFile } from '../ingest/rejects.ts';
import { readMessages } from '../messages/read-messages.ts';
import type { Report } from '../progress.ts';
import type { Folder } from '../storage/folder.ts';
import type { UserId } from '../user-id.ts';

/** Bad rows of a file that have the same reason. */
export interface RejectedRows {
  file: string;
  reason: string;
  /** The first of them. */
  line: number;
  text: string;
  /** How many of them there are among those that a run would keep. */
  rows: number;
}

/** What a run on a folder would find. */
export interface Inspected {
  files: FileCount[];
  /** The files for which a run would be refused. */
  refused: string[];
  rejected: RejectedRows[];
  counts: Pick<StagedFolder, 'users' | 'activities' | 'repeated' | 'oldest' | 'newest' | 'unread'>;
  /** In the messages: how many there are, of how many users, and their span in epoch seconds. */
  messages: { count: number; users: number; oldest: number; newest: number } | undefined;
  /** The as-of of a run, by the folder's name, in epoch seconds. */
  named: number | undefined;
  /**
   * The as-of that fits: the folder's date, unless activities are later than that or long before it; else the first
   * midnight, UTC, at which every activity is past. Undefined if there is none.
   */
  fitting: number | undefined;
  /** Activities that would count as of the folder's name, or else as of the fitting as-of. */
  counting: number;
}

/** Characters of a bad row that are shown. */
const shownText = 60;

/**
 * Reads a folder as a run does, and writes nothing that stays.
 *
 * @throws BadInputError if a file can't be read at all; InterruptedError once the signal aborts
 */
export async function inspectFolder(
  folder: Folder,
  settings: Settings,
  signal?: AbortSignal,
  report?: Report,
): Promise<Inspected> {
  const dir = await mkdtemp(join(tmpdir(), 'kith-inspect-'));
  const rejectsPath = join(dir, 'rejects.csv');
  const limits = { ...settings, maxRejectedPercent: 100 };
  const named = asOfOfFolder(folder.name);
  try {
    const options = { workDir: dir, rejectsPath, limits, signal };
    const asked = await spanOf(
      folder,
      { ...options, onProgress: (progress) => report?.(reading(progress)) },
      named,
      settings,
    );
    const { staged, fitting, counting } = asked;
    await using rejects = await RejectsFile.append(rejectsPath);
    const { files: ofMessages, messages } = await readAllMessages(folder, { limits, signal, rejects });
    const files = [...staged.files, ...ofMessages];
    const refused = files.filter(({ rejected, lines }) => rejected > 0 && isTooBad(rejected, lines, settings));
    return {
      files,
      refused: refused.map(({ file }) => file),
      rejected: await rejectedRows(rejectsPath),
      counts: staged,
      messages,
      named,
      fitting,
      counting,
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

type Staged = Inspected['counts'] & { files: FileCount[] };

/** The folder's activities, counted as of its date; if it has none, or they are all later, as of the one that fits. */
async function spanOf(
  folder: Folder,
  options: Parameters<typeof readFolder>[1],
  named: number | undefined,
  settings: Settings,
): Promise<{ staged: Staged; fitting: number | undefined; counting: number }> {
  const { windowSeconds } = settings.weighting;
  const asOf = named ?? Math.floor(Date.now() / 86_400_000) * 86_400;
  await using staged = await readFolder(folder, { ...options, span: { start: asOf - windowSeconds, asOf } });
  const { files, users, activities, repeated, oldest, newest, unread, later, beforeWindow } = staged;
  const total = Object.values(activities).reduce((sum, count) => sum + count, 0);
  return {
    staged: { files, users, activities, repeated, oldest, newest, unread },
    fitting: newest === undefined ? undefined : fittingOf(newest, named, settings.staleAfterDays),
    counting: total - later - beforeWindow,
  };
}

function fittingOf(newest: number, named: number | undefined, staleAfterDays: number): number {
  if (named !== undefined && newest <= named && named - newest <= staleAfterDays * 86_400) return named;
  return Math.ceil(newest / 86_400) * 86_400;
}

async function readAllMessages(
  folder: Folder,
  options: Parameters<typeof readMessages>[1],
): Promise<{ files: FileCount[]; messages: Inspected['messages'] }> {
  const users = new Set<UserId>();
  const found = { count: 0, oldest: Number.POSITIVE_INFINITY, newest: Number.NEGATIVE_INFINITY };
  const files = await readMessages(folder, options, (messages) => {
    for (const { userId, at } of messages) {
      users.add(userId);
      found.count++;
      found.oldest = Math.min(found.oldest, at);
      found.newest = Math.max(found.newest, at);
    }
  });
  return { files, messages: found.count === 0 ? undefined : { ...found, users: users.size } };
}

/** The rejected rows by file and reason, in the order of their first ones. */
async function rejectedRows(path: string): Promise<RejectedRows[]> {
  const found = new Map<string, RejectedRows>();
  const rows = createReadStream(path).pipe(parse({ from_line: 2, relax_column_count: true }));
  for await (const [file = '', line = '', reason = '', text = ''] of rows as AsyncIterable<string[]>) {
    if (line === '') continue;
    const key = `${file}\n${reason}`;
    const known = found.get(key);
    if (known) known.rows++;
    else found.set(key, { file, reason, line: Number(line), text: text.slice(0, shownText), rows: 1 });
  }
  return [...found.values()];
}
