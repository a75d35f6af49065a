/** As much of a statement as fits beside what is said of it. */
const SHOWN = 100;

/** Strings in all the ways that Postgres writes them, comments, and numbers. */
const LITERAL =
  /\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|(?:\b[eEbBxXnN]|[uU]&)?'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|(?<![\w$])\d[\d.]*(?:e[+-]?\d+)?\b/g;

/** A statement for people, on one line: shortened, and without the values in it, which may be anybody's data. */
export function hideLiterals(sql: string): string {
  const hidden = sql.replaceAll(LITERAL, (found) => {
    if (found.startsWith('"')) return found;
    return found.startsWith('--') || found.startsWith('/*') ? ' ' : '…';
  });
  const line = hidden.replaceAll(/\s+/g, ' ').trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line;
}
