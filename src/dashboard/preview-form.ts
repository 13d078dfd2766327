import { choicesOf, rankingSettings } from '../config/ranking-settings.ts';
import { type Html, html } from '../html.ts';
import type { RunSettings } from '../jobs/run.ts';
import type { GivenSettings } from '../jobs/run-options.ts';
import { settingsAsEnvironment } from '../jobs/settings-as-environment.ts';
import type { ShownId } from '../user-id.ts';
import { userAddress } from './page.ts';

/** Asks for other settings of a ranking: what stays empty is as in the published run. */
export function previewForm(userId: ShownId, published: RunSettings | undefined, given: GivenSettings = {}): Html {
  const values: Record<string, string> = published ? settingsAsEnvironment(published) : {};
  return html`<form class="settings" action="${userAddress(userId)}/preview">${Object.entries(rankingSettings).map(
    ([name, schema]) => {
      const choices = choicesOf(schema);
      const usual = values[name] ?? 'as published';
      const field = choices
        ? html`<select name="${fieldOf(name)}"><option value="">${usual}</option>${choices.filter((one) => one !== usual).map((one) => html`<option${one === given[name] && html` selected`}>${one}</option>`)}</select>`
        : html`<input name="${fieldOf(name)}" value="${given[name]}" placeholder="${usual}" inputmode="decimal" autocomplete="off">`;
      return html`<label>${fieldOf(name).replaceAll('-', ' ')} ${field}</label>`;
    },
  )}<button>Preview</button></form>`;
}

/** What was given in the form; the spaces around it are nobody's intention. */
export function givenInForm(query: Readonly<Record<string, unknown>>): GivenSettings {
  const given = Object.keys(rankingSettings).map((name) => [name, String(query[fieldOf(name)] ?? '').trim()]);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

/** What a setting is called in the form, and in its address. */
export function fieldOf(setting: string): string {
  return setting.slice('KITH_'.length).toLowerCase().replaceAll('_', '-');
}
