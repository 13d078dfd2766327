/**
 * Whether a text has what can't be seen, such as ends of lines, blanks of other widths and marks of direction: pages and
 * terminals show or copy these as something else.
 */
export function hasUnseen(text: string): boolean {
  return /(?! )[\p{C}\p{Z}]/u.test(text);
}

/** A text as one word of a command for bash or zsh, quoted if it needs it. */
export function shellWord(text: string): string {
  if (hasUnseen(text))
    return `$'${text.replace(/(?! )[\p{C}\p{Z}!\\']/gu, (one) => Buffer.from(one).toString('hex').replace(/../g, '\\x$&'))}'`;
  // A word that begins with = is a command's path to zsh.
  return /^[\w@.:/%+,-][\w@.:/%+,=-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
