import { join } from 'node:path';
import { BIGINT, type DuckDBBigIntVector } from '@duckdb/node-api';
import { statement } from '../config/project.ts';
import type { Weighting } from '../config/settings.ts';
import type { Accepted } from '../ingest/accepted.ts';
import { BulkAppender } from '../storage/bulk-appender.ts';
import { DuckDbFile } from '../storage/duckdb-file.ts';

type Column = DuckDBBigIntVector;

/**
 * Writes what an activity weighs with exponential decay, by its base and age: of each distinct age in the window, once.
 * Engines may differ in the last bit of a power, so Spark is given them.
 *
 * @param workDir for files that are removed again
 * @param path of the Parquet file
 */
export async function writePowers(
  accepted: Accepted,
  { bases, windowSeconds, decay }: Weighting,
  asOf: number,
  { workDir, path, signal }: { workDir: string; path: string; signal: AbortSignal },
): Promise<void> {
  if (decay.kind !== 'exponential') throw new Error('Only exponential decay has powers.');
  await using file = await DuckDbFile.open(join(workDir, 'powers.duckdb'), signal);
  await file.run('CREATE TABLE power (base BIGINT, age BIGINT, coarse BIGINT, fine BIGINT)');
  const appender = await BulkAppender.open<readonly [Column, Column, Column, Column]>(file.connection, 'power', [
    ...[BIGINT, BIGINT, BIGINT, BIGINT],
  ]);
  const distinct = [...new Set(Object.values(bases))];
  const parameters = { paths: accepted.activityFiles(), asOf: BigInt(asOf), window: BigInt(windowSeconds) };
  for await (const chunk of file.stream(statement('sql/accepted/ages.sql'), parameters)) {
    const ages = chunk.getColumnValues(0).map(Number);
    for (const base of distinct) {
      const weights = ages.map((age) => cut(base, age, decay.halfLifeSeconds));
      file.guard(() =>
        appender.append(ages.length, ([baseOf, ageOf, coarseOf, fineOf], to, from, count) => {
          for (let i = 0; i < count; i++) {
            const weight = weights[from + i] as Cut;
            baseOf.setItem(to + i, BigInt(base));
            ageOf.setItem(to + i, BigInt(ages[from + i] as number));
            coarseOf.setItem(to + i, BigInt(weight.coarse));
            fineOf.setItem(to + i, BigInt(weight.fine));
          }
        }),
      );
    }
  }
  file.guard(() => appender.close());
  await file.run(statement('sql/accepted/write-powers.sql'), { path });
}

interface Cut {
  /** Whole 1e-6. */
  coarse: number;
  /** Whole 1e-17 of what is left. */
  fine: number;
}

/** base × 2^(−age / half-life), as cypher/closest/compute-exponential.cypher cuts it; the base is in thousandths. */
export function cut(base: number, age: number, halfLifeSeconds: number): Cut {
  const millionths = (base / 1000) * 2 ** (-age / halfLifeSeconds) * 1e6;
  const coarse = Math.floor(millionths);
  return { coarse, fine: Math.round((millionths - coarse) * 1e11) };
}
