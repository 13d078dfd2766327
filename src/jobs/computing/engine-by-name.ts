import type { ComputingEngine } from '../../config/settings.ts';
import type { Engine } from './engine.ts';
import { neo4jEngine } from './on-neo4j.ts';
import { sparkEngine } from './on-spark.ts';

/** Every engine that KITH_ENGINE can name. */
export const engines: Readonly<Record<ComputingEngine, Engine>> = { neo4j: neo4jEngine, spark: sparkEngine };
