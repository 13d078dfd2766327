import { BadInputError } from '../errors.ts';

/**
 * What a run is refused for unless it is allowed by name: an as-of before that of the published run (`earlier`), one
 * that has not come yet (`future`) or is long after the newest activity (`stale`), and tables that have lost most of
 * their rows (`shrink`).
 */
const waivers = ['earlier', 'future', 'stale', 'shrink'] as const;
export type Waiver = (typeof waivers)[number];

/**
 * Reads `--allow future,stale`.
 *
 * @throws BadInputError naming what can't be allowed
 */
export function parseWaivers(text: string | undefined): Waiver[] {
  const names = text?.split(',').map((name) => name.trim()) ?? [];
  const unknown = names.filter((name) => !waivers.some((waiver) => waiver === name));
  if (unknown.length > 0)
    throw new BadInputError(`--allow should name some of ${waivers.join(', ')}, but names "${unknown.join('", "')}".`);
  return waivers.filter((waiver) => names.includes(waiver));
}

/**
 * Notes in the run's summary that it goes on although something speaks against it, if that is allowed.
 *
 * @throws BadInputError if it is not
 */
export function waive(
  { run, summary }: { run: { allowed: readonly Waiver[] }; summary: { waived?: Waiver[] } },
  waiver: Waiver,
  reason: string,
): void {
  if (!run.allowed.includes(waiver)) throw new BadInputError(`${reason} To run it anyway: --allow ${waiver}.`);
  summary.waived = waivers.filter((each) => each === waiver || summary.waived?.includes(each));
}
