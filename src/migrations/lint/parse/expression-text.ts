import type { Statement } from './statement.ts';

/** Words that end an expression where they stand outside of parentheses: those of the next constraint of a column. */
const ENDS: ReadonlySet<string> = new Set([
  'not',
  'null',
  'check',
  'unique',
  'primary',
  'references',
  'constraint',
  'default',
  'generated',
  'collate',
  'stored',
  'virtual',
  'deferrable',
  'initially',
]);

/**
 * The text of an expression that stands behind a word (in small letters) of a statement's text, `at` being a location of
 * the tree before it. Behind `as` it ends with its parentheses.
 */
export function expressionText(
  statement: Statement,
  where: { readonly from: string; readonly at: number; readonly until: number },
): string {
  const begin = statement.at(where.at);
  let start: number | null = null;
  let end = where.until;
  let depth = 0;
  let isOpen = false;
  for (const token of statement.tokens()) {
    if (token.start < begin || token.end > where.until) continue;
    const word = token.text.toLowerCase();
    if (!isOpen) {
      isOpen = word === where.from && depth === 0;
      continue;
    }
    const isFirst = start === null;
    start ??= token.start;
    if (!isFirst && depth === 0 && ENDS.has(word)) break;
    if (word === '(' || word === '[') depth += 1;
    if (word === ')' || word === ']') depth -= 1;
    end = token.end;
    if (where.from === 'as' && depth === 0) break;
  }
  return statement.text.slice(start ?? end, end);
}
