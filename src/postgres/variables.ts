import pg from 'pg';

/** What a statement names by psql's variables; a list is one of identifiers. */
export type Variables = Readonly<Record<string, string | readonly string[]>>;

/** A cast's `::` begins no variable. */
const variable = /(?<![:\w]):(?:"(\w+)"|'(\w+)'|(\w+))/g;

/**
 * Fills in the variables of a statement as psql does, so that its file runs in psql, too, once they are `\set`: `:"table"` is an identifier,
 * `:'start'` a literal, `:columns` a list of identifiers.
 *
 * @throws Error if a variable is not given
 */
export function fillIn(text: string, variables: Variables): string {
  return text.replace(variable, (all, identifier?: string, literal?: string, list?: string) => {
    const value = variables[identifier ?? literal ?? list ?? ''];
    if (list !== undefined)
      return Array.isArray(value) ? value.map((name) => pg.escapeIdentifier(name)).join(', ') : all;
    if (typeof value !== 'string') throw new Error(`The statement's variable ${all} is not given.`);
    return identifier === undefined ? pg.escapeLiteral(value) : pg.escapeIdentifier(value);
  });
}
