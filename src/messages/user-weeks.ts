import { existsSync } from 'node:fs';
import { statement } from '../config/project.ts';
import { BusyError } from '../errors.ts';
import { DuckDbFile } from '../storage/duckdb-file.ts';
import type { UserId } from '../user-id.ts';
import { isoWeekName } from './iso-week.ts';

/** A user's week, as 2024-W22, and the probability (0…1) that a good user wrote what is in it. */
export interface ScoredWeek {
  week: string;
  probability: number;
}

/**
 * The weeks of a user that were scored last, the newest first.
 *
 * @param path of the message store
 * @returns undefined while a run uses the store
 */
export async function userWeeks(path: string, userId: UserId): Promise<ScoredWeek[] | undefined> {
  if (!existsSync(path)) return [];
  try {
    await using file = await DuckDbFile.open(path, undefined, { readOnly: true });
    const rows = await file.run(statement('sql/messages/read-user-weeks.sql'), { userId });
    return rows.map(([week, probability]) => ({
      week: isoWeekName(Number(week)),
      probability: Number(probability) / 1e6,
    }));
  } catch (error) {
    if (error instanceof BusyError) return undefined;
    throw error;
  }
}
