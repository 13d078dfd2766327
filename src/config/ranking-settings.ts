import { z } from 'zod';
import { BadInputError } from '../errors.ts';
import { topics } from './environment.ts';
import { readSettings, type Settings } from './settings.ts';

/** How long activities are kept changes no ranking. */
const { KITH_RETENTION_DAYS: _, ...whatCounts } = topics['What counts'];

/** The settings that a ranking depends on, and that can be given for one run or preview. */
export const rankingSettings: Readonly<Record<string, z.ZodType>> = {
  ...whatCounts,
  ...topics['Whom to recommend'],
  KITH_MIN_REPUTATION: topics.Reputation.KITH_MIN_REPUTATION,
};

/**
 * Settings with those that were given for once over them. A shorter window given that way shortens no retention: a look
 * at a few days must not cost the history of the others.
 *
 * @param nameOf what a person calls a setting, for errors
 * @throws BadInputError naming what is wrong
 */
export function withGiven(
  given: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv,
  nameOf: (setting: string) => string,
): Settings {
  // Of a variable this would mean that it is not set.
  const [empty] = Object.keys(given).filter((name) => given[name] === '');
  if (empty !== undefined) throw new BadInputError(`${nameOf(empty)} has an empty value.`);
  try {
    const changed = readSettings({ ...env, ...given });
    if (given.KITH_WINDOW_DAYS === undefined || changed.retention.isSet) return changed;
    const { retention } = readSettings(env);
    return retention.seconds > changed.retention.seconds ? { ...changed, retention } : changed;
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    throw new BadInputError(
      Object.keys(given).reduce((message, name) => message.replaceAll(name, nameOf(name)), error.message),
    );
  }
}

/** The words that a setting can be; undefined if it isn't one of a few. */
export function choicesOf(schema: z.ZodType): string[] | undefined {
  let inner = schema;
  while ((inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) && inner.def.innerType instanceof z.ZodType)
    inner = inner.def.innerType;
  return inner instanceof z.ZodEnum ? inner.options.map(String) : undefined;
}
