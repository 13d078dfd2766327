import type { Random } from '../random.ts';

/** Returns the text for a `{slot}`; `context` is what the caller is writing about. */
export type Slot<Context> = (random: Random, context: Context) => string;

/**
 * Sentences from rules: a rule is a list of alternatives, in which `{name}` stands for an alternative of the rule with
 * that name, or for the text of the slot with that name.
 *
 * @example
 * new PhraseBook({ greeting: ['hello {who}', 'hi {who}'], who: ['you', '{name}'] }, { name: () => 'Ada'
 * }).say('greeting', random, null)
 */
export class PhraseBook<Context> {
  readonly #rules = new Map<string, Slot<Context>[][]>();

  /** @throws RangeError if an alternative names a rule or slot that doesn't exist */
  constructor(rules: Record<string, readonly string[]>, slots: Record<string, Slot<Context>>) {
    for (const [name, alternatives] of Object.entries(rules)) {
      const compiled = alternatives.map((alternative) =>
        alternative.split(/\{(\w+)\}/).map((part, i): Slot<Context> => {
          if (i % 2 === 0) return () => part;
          const slot = slots[part];
          if (slot) return slot;
          if (!rules[part]) throw new RangeError(`no rule or slot {${part}} in "${alternative}"`);
          return (random, context) => this.say(part, random, context);
        }),
      );
      this.#rules.set(name, compiled);
    }
  }

  /** One alternative of a rule, with its slots filled. @throws RangeError if there is no such rule */
  say(rule: string, random: Random, context: Context): string {
    let text = '';
    for (const part of random.pick(this.#rules.get(rule) ?? [])) text += part(random, context);
    return text;
  }
}
