/** Takes the values out of a statement: `select $1`. What the parser refuses is not shown at all. */
export type Normalize = (sql: string) => string;

/** Said in place of a statement that cannot be read, and so not be cleared of values. */
export const UNREADABLE = '(a statement that cannot be read)';

/** What stands for a string that Postgres' own normalizer leaves: those of a DEFAULT, a view, a COMMENT, an option. */
const HIDDEN = "'…'";

interface Token {
  /** In bytes of UTF-8. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly tokenName: string;
}

/**
 * Loads Postgres' own normalizer (libpg-query). It puts parameters for the values of queries and for passwords; of other
 * statements the strings are hidden here, by Postgres' own scanner, and comments go.
 */
export async function loadNormalizer(): Promise<Normalize> {
  const { loadModule, normalizeSync, parseSync, scanSync } = await import('libpg-query');
  await loadModule();
  return (sql) => {
    try {
      // Of what cannot be read the normalizer returns the error, with a piece of the statement in it, as its result.
      parseSync(sql);
      const normalized = normalizeSync(sql);
      return withoutStrings(normalized, scanSync(normalized).tokens).trim();
    } catch {
      return UNREADABLE;
    }
  };
}

function withoutStrings(sql: string, tokens: readonly Token[]): string {
  const bytes = Buffer.from(sql);
  let shown = '';
  let from = 0;
  for (const { start, end, text, tokenName } of tokens) {
    const isComment = tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT';
    if (!isComment && !isString(text)) continue;
    shown += bytes.toString('utf8', from, start) + (isComment ? '' : HIDDEN);
    from = end;
  }
  return shown + bytes.toString('utf8', from);
}

/** `'a'`, `E'a'`, `U&'a'`, `X'1F'`, `$tag$a$tag$`; neither `"a"` nor `$1`. */
function isString(text: string): boolean {
  return /^(?:[A-Za-z]|[Uu]&)?'/.test(text) || /^\$(?:\D\w*)?\$/.test(text);
}
