import { BIGINT, DOUBLE, type DuckDBBigIntVector, type DuckDBDoubleVector } from '@duckdb/node-api';
import type { ReputationList } from '../scoring/reputation/reputation-list.ts';
import { BulkAppender } from '../storage/bulk-appender.ts';
import type { DuckDbFile } from '../storage/duckdb-file.ts';

/** Keeps a list of scores in a table `score`, which is empty without one. */
export async function keepScores(file: DuckDbFile, scores: ReputationList | undefined): Promise<void> {
  await file.run('CREATE TABLE score (user_id BIGINT, pred DOUBLE)');
  if (!scores) return;
  const appender = await BulkAppender.open<[DuckDBBigIntVector, DuckDBDoubleVector]>(file.connection, 'score', [
    BIGINT,
    DOUBLE,
  ]);
  file.guard(() => {
    for (const [user, pred] of scores)
      appender.append(1, ([users, preds], to) => {
        users.setItem(to, BigInt(user));
        preds.setItem(to, pred);
      });
    appender.close();
  });
}
