import { type Command, Option } from 'commander';
import { topics } from '../config/environment.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';

/** The settings that a ranking depends on. Each is an option named like the setting without KITH_. */
const optional = {
  ...topics['What counts'],
  ...topics['Whom to recommend'],
  KITH_MIN_REPUTATION: topics.Reputation.KITH_MIN_REPUTATION,
};
const { KITH_RETENTION_DAYS: _, ...schemas } = optional;

/** What was given of {@link addSettingOptions}, as variables KITH_…. */
export type GivenSettings = Readonly<Record<string, string>>;

/** Adds an option for each setting that a ranking depends on, such as --window-days. */
export function addSettingOptions(command: Command): Command {
  for (const [name, schema] of Object.entries(schemas))
    command.addOption(new Option(`${flagOf(name)} <value>`, firstSentence(schema.description ?? '')));
  return command;
}

/** Those of the options that were given. */
export function givenSettings(options: Record<string, unknown>): GivenSettings {
  const given = Object.keys(schemas).map((name) => [
    name,
    options[new Option(`${flagOf(name)} <value>`).attributeName()],
  ]);
  return Object.fromEntries(given.filter(([, value]) => typeof value === 'string'));
}

/**
 * Settings with those that were given as options over them.
 *
 * @throws BadInputError naming the option that is wrong
 */
export function settingsWith(given: GivenSettings, env: NodeJS.ProcessEnv): Settings {
  try {
    return readSettings({ ...env, ...given });
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

function firstSentence(description: string): string {
  const [first = ''] = description.replaceAll('`', '').split(/[.:;(]/);
  return first.charAt(0).toLowerCase() + first.slice(1).trim();
}
