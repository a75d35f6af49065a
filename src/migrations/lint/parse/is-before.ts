import type { Statement } from './statement.ts';

/** Whether a statement of that text, in any case of letters, stands in front of another one. */
export function isBefore(text: string, statement: Statement, statements: readonly Statement[]): boolean {
  const wanted = text.toLowerCase();
  for (const other of statements) {
    if (other === statement) return false;
    if (other.text.length === text.length && other.text.toLowerCase() === wanted) return true;
  }
  return false;
}
