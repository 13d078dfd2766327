import type { Settings } from '../config/settings.ts';
import { type Graph, isUnknownProcedure } from './graph.ts';

/** The version of engines/neo4j/plugin that fits the statements compiled.cypher. */
const pluginVersion = 6n;

/** By what closest connections and recommendations are computed; `why` it is not by the faster of the two. */
export type Computing = { by: 'compiled' } | { by: 'cypher'; why: string };

/**
 * Whether the server has Kith's compiled procedures. They do the same as the statements in plain Cypher, which are
 * what the server gets without them.
 */
export async function findComputing(graph: Graph, { compiled }: Pick<Settings, 'compiled'>): Promise<Computing> {
  if (compiled === 'off') return { by: 'cypher', why: 'KITH_COMPILED=off' };
  const version = await graph.read<{ version: bigint }>('cypher/compiled/version.cypher').then(
    ({ rows }) => rows[0]?.version,
    (error) => {
      if (isUnknownProcedure(error)) return undefined;
      throw error;
    },
  );
  if (version === pluginVersion) return { by: 'compiled' };
  const found = version === undefined ? 'no Kith plugin' : `version ${version} of Kith's plugin`;
  return {
    by: 'cypher',
    why:
      `the server has ${found}, so a whole run takes 1.6 times as long: copy engines/neo4j/plugin/kith-plugin.jar of this ` +
      "checkout into the server's plugins folder and restart it (the embedded one gets it after `kith down`)",
  };
}
