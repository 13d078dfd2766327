import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { print, printJson, say } from '../../output.ts';
import { asSeen, inLines } from '../../show/as-seen.ts';
import { changeTo, previewUser } from '../../show/preview.ts';
import { renderPreview } from '../../show/render-preview.ts';
import { asGiven, readUserId } from '../../show/user-id.ts';
import { interruptible } from '../interruptible.ts';
import { addSettingOptions, flagOf, givenSettings, settingsWith } from '../setting-options.ts';

const examples = `
What isn't given is as in the published run, with whose lists the user's new ones are compared. They are computed from the
graph as of that run, by the same statements. Nothing is published, and nothing in the graph changes; while it is
computed, a run that writes to the graph waits. By circles with other weights everybody's activities are added up once:
half a minute at ten million. After five minutes it ends.

Examples:
  Whom would 42 be recommended by circles?
    $ kith preview 42 --ranking circles
  With a month instead of what the run had, and replies three times as important:
    $ kith preview 42 --window-days 30 --base-reply 3
  For a program:
    $ kith preview 42 --min-reputation 0.7 --json | jq '.recommendations[] | select(.was == null)'
`;

/** Adds `kith preview USER_ID`. */
export function addPreviewCommand(program: Command): void {
  addSettingOptions(
    program
      .command('preview')
      .description('a user under other settings, beside what is published')
      .argument('<user-id>', 'the user')
      .option('--json', 'print JSON'),
    'preview',
  )
    .addHelpText('after', examples)
    .action(async (user: string, options: { json?: boolean } & Record<string, unknown>) => {
      const given = givenSettings(options);
      settingsWith(given, {});
      const settings = readSettings();
      const userId = readUserId(user, settings);
      const preview = await interruptible(async (signal) => {
        const options = { signal, onProgress: (doing: string) => say(`${doing} …`) };
        const told = await previewUser(settings, userId, changeTo(given, flagOf), options);
        return asSeen(settings, told, undefined, signal);
      }).catch((error) => {
        throw asGiven(error, [user], settings);
      });
      if (options.json) printJson(preview);
      else print(...renderPreview(inLines(preview)).split('\n'));
    });
}
