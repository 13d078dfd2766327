import pg from 'pg';

/** Values for the psql variables of a statement; a list holds identifiers. */
export type Variables = Readonly<Record<string, string | readonly string[]>>;

/** The `::` of a cast does not begin a variable. */
const variable = /(?<![:\w]):(?:"(\w+)"|'(\w+)'|(\w+))/g;

/**
 * Fills in a statement's variables as psql does, so that its file also runs in psql once they are `\set`: `:"table"` is
 * an identifier, `:'start'` a literal, `:columns` a list of identifiers.
 *
 * @throws Error if a variable has no value
 */
export function fillIn(text: string, variables: Variables): string {
  return text.replace(variable, (all, identifier?: string, literal?: string, list?: string) => {
    const value = variables[identifier ?? literal ?? list ?? ''];
    if (list !== undefined)
      return Array.isArray(value) ? value.map((name) => pg.escapeIdentifier(name)).join(', ') : all;
    if (typeof value !== 'string') throw new Error(`The statement's variable ${all} has no value.`);
    return identifier === undefined ? pg.escapeLiteral(value) : pg.escapeIdentifier(value);
  });
}
