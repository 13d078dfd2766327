import { statement } from '../config/project.ts';
import type { UserId } from '../user-id.ts';
import { type RowType, rowTypes } from './activity-type.ts';
import type { Staging } from './staging.ts';

export interface UserBatch {
  userIds: UserId[];
  /** Null if user.csv doesn't name the user. */
  suspended: (boolean | null)[];
}

export interface ActivityBatch {
  users: UserId[];
  engaged: UserId[];
  /** Epoch seconds. */
  at: number[];
  /** Null for follows; of a block or mute its end in epoch seconds, null if it has none. */
  messages: (bigint | null)[];
}

/** Every staged user once, by id. */
export async function* readUsers(staging: Staging, batchSize: number): AsyncGenerator<UserBatch> {
  let batch: UserBatch = { userIds: [], suspended: [] };
  for await (const chunk of staging.stream('SELECT user_id, suspended FROM users')) {
    const ids = chunk.getColumnValues(0) as UserId[];
    const flags = chunk.getColumnValues(1) as (number | null)[];
    for (let i = 0; i < ids.length; i++) {
      batch.userIds.push(ids[i] as UserId);
      batch.suspended.push(flags[i] === null ? null : flags[i] === 1);
      if (batch.userIds.length < batchSize) continue;
      yield batch;
      batch = { userIds: [], suspended: [] };
    }
  }
  if (batch.userIds.length > 0) yield batch;
}

/** The distinct activities or words of a type, by user, engaged, at, message. */
export async function* readActivities(
  staging: Staging,
  type: RowType,
  batchSize: number,
): AsyncGenerator<ActivityBatch> {
  const query = statement('sql/staging/read-activities.sql');
  const hasNumber = ['reply', 'like', 'mention', 'block', 'mute'].includes(type);
  let batch: ActivityBatch = { users: [], engaged: [], at: [], messages: [] };
  for await (const chunk of staging.stream(query, { type: rowTypes.indexOf(type) })) {
    const users = chunk.getColumnValues(0) as UserId[];
    const engaged = chunk.getColumnValues(1) as UserId[];
    const at = chunk.getColumnValues(2) as number[];
    const messages = chunk.getColumnValues(3) as bigint[];
    for (let i = 0; i < users.length; i++) {
      batch.users.push(users[i] as UserId);
      batch.engaged.push(engaged[i] as UserId);
      batch.at.push(at[i] as number);
      batch.messages.push(hasNumber && (messages[i] as bigint) >= 0n ? (messages[i] as bigint) : null);
      if (batch.users.length < batchSize) continue;
      yield batch;
      batch = { users: [], engaged: [], at: [], messages: [] };
    }
  }
  if (batch.users.length > 0) yield batch;
}
