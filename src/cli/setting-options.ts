import { type Command, Option } from 'commander';
import { z } from 'zod';
import { topics } from '../config/environment.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import type { GivenSettings } from '../jobs/run-options.ts';

/** The settings that a ranking depends on. Each is an option named like the setting without KITH_. */
const optional = {
  ...topics['What counts'],
  ...topics['Whom to recommend'],
  KITH_MIN_REPUTATION: topics.Reputation.KITH_MIN_REPUTATION,
};
const { KITH_RETENTION_DAYS: _, ...schemas } = optional;

/** Those of a run: what computes it is no matter of its numbers. */
const ofRuns = { ...schemas, KITH_ENGINE: topics.Spark.KITH_ENGINE };

/** Adds an option for each setting that a ranking depends on, such as --window-days. */
export function addSettingOptions(command: Command, of: 'run' | 'preview'): Command {
  for (const [name, schema] of Object.entries(of === 'run' ? ofRuns : schemas))
    command.addOption(
      new Option(`${flagOf(name)} <value>`, firstSentence(schema.description ?? '') + choicesOf(schema)),
    );
  return command;
}

/** Those of the options that were given. */
export function givenSettings(options: Record<string, unknown>): GivenSettings {
  const given = Object.keys(ofRuns).map((name) => [
    name,
    options[new Option(`${flagOf(name)} <value>`).attributeName()],
  ]);
  return Object.fromEntries(given.filter(([, value]) => typeof value === 'string'));
}

/** An environment without the settings that a ranking depends on. */
export function withoutRanking(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !(name in ofRuns)));
}

/**
 * Settings with those that were given as options over them. A shorter window given that way shortens no retention: a
 * look at a few days must not cost the history of the others.
 *
 * @throws BadInputError naming the option that is wrong
 */
export function settingsWith(given: GivenSettings, env: NodeJS.ProcessEnv): Settings {
  // Of a variable this would mean that it is not set.
  const [empty] = Object.keys(given).filter((name) => given[name] === '');
  if (empty !== undefined) throw new BadInputError(`${flagOf(empty)} has an empty value.`);
  try {
    const changed = readSettings({ ...env, ...given });
    if (given.KITH_WINDOW_DAYS === undefined || changed.retention.isSet) return changed;
    const { retention } = readSettings(env);
    return retention.seconds > changed.retention.seconds ? { ...changed, retention } : changed;
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    throw new BadInputError(
      Object.keys(given).reduce((message, name) => message.replaceAll(name, flagOf(name)), error.message),
    );
  }
}

function flagOf(name: string): string {
  return `--${name.slice('KITH_'.length).toLowerCase().replaceAll('_', '-')}`;
}

/** ` (circles or …)`, if it is one of a few words. */
function choicesOf(schema: z.ZodType): string {
  let inner = schema;
  while ((inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) && inner.def.innerType instanceof z.ZodType)
    inner = inner.def.innerType;
  return inner instanceof z.ZodEnum ? ` (${inner.options.join(' or ')})` : '';
}

function firstSentence(description: string): string {
  const [first = ''] = description.replaceAll('`', '').split(/[.:;(]/);
  return first.charAt(0).toLowerCase() + first.slice(1).trim();
}
