import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { topics } from '../config/environment.ts';
import { choicesOf, rankingSettings, withGiven } from '../config/ranking-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { GivenSettings } from '../jobs/run-options.ts';

/** Those of a run: what computes it is no matter of its numbers. */
const ofRuns = { ...rankingSettings, KITH_ENGINE: topics.Spark.KITH_ENGINE };

/** Adds an option for each setting that a ranking depends on, such as --window-days. */
export function addSettingOptions(command: Command, of: 'run' | 'preview'): Command {
  for (const [name, schema] of Object.entries(of === 'run' ? ofRuns : rankingSettings))
    command.addOption(
      new Option(`${flagOf(name)} <value>`, firstSentence(schema.description ?? '') + choicesText(schema)),
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
 * Settings with those that were given as options over them.
 *
 * @throws BadInputError naming the option that is wrong
 */
export function settingsWith(given: GivenSettings, env: NodeJS.ProcessEnv): Settings {
  return withGiven(given, env, flagOf);
}

/** The option of a setting. */
export function flagOf(name: string): string {
  return `--${name.slice('KITH_'.length).toLowerCase().replaceAll('_', '-')}`;
}

/** ` (circles or …)`, if it is one of a few words. */
function choicesText(schema: z.ZodType): string {
  const choices = choicesOf(schema);
  return choices ? ` (${choices.join(' or ')})` : '';
}

function firstSentence(description: string): string {
  const [first = ''] = description.replaceAll('`', '').split(/[.:;(]/);
  return first.charAt(0).toLowerCase() + first.slice(1).trim();
}
