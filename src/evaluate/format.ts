import { days, several } from '../figures.ts';
import type { Estimate } from './bootstrap.ts';
import type { Variant } from './judge.ts';
import type { EvaluatedSettings } from './make-lists.ts';

/** A figure of at most a few digits, or a dash if there is none. */
export function decimals(value: number, places: number): string {
  return Number.isFinite(value) ? value.toFixed(places) : '–';
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(share < 0.01 ? 2 : 1)} %` : '–';
}

/** @example `0.1510 [0.1352–0.1671]` */
export function estimateText({ mean, low, high }: Estimate): string {
  return `${decimals(mean, 4)} [${decimals(low, 4)}–${decimals(high, 4)}]`;
}

/** @example `+0.1225 [+0.1071–+0.1382]` */
export function differenceText({ mean, low, high }: Estimate): string {
  const signed = (value: number) => `${value > 0 ? '+' : ''}${decimals(value, 4)}`;
  return `${signed(mean)} [${signed(low)}–${signed(high)}]`;
}

/** @example `window 7 days, linear decay, bases 1` */
export function settingsText(
  { windowSeconds, decay, bases, minReputation, strangersAtMost }: EvaluatedSettings,
  hasScores: boolean,
): string {
  const each = Object.entries(bases).map(([type, base]) => `${type} ${base / 1000}`);
  const isOneBase = new Set(Object.values(bases)).size === 1;
  return [
    windowSeconds === 'all' ? 'window all' : `window ${days(windowSeconds)}`,
    decay.kind === 'linear' ? 'linear decay' : `half-life ${days(decay.halfLifeSeconds)}`,
    isOneBase ? `bases ${bases.follow / 1000}` : `bases ${each.join(', ')}`,
    ...(strangersAtMost === undefined
      ? []
      : [`strangers who engage with at most ${several(strangersAtMost, 'person', 'people')}`]),
    ...(hasScores ? [`reputation from ${minReputation}`] : []),
  ].join(', ');
}

/** The names of variants: rankings, and their settings where these differ. */
export function namesOf(variants: readonly Variant[], hasScores: boolean): string[] {
  const texts = variants.map(({ settings }) => settingsText(settings, hasScores));
  const isOne = new Set(texts).size === 1;
  return variants.map(({ ranking }, i) => (isOne ? ranking : `${ranking}, ${texts[i]}`));
}
