/** A file that may hold a statement. */
interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Where a statement stands: `migrations/2.sql:3`. Null when no file holds it, or several do at equal right. */
export function locateStatement(sql: string, files: readonly TextFile[]): string | null {
  const wanted = sql.trim().replace(/;$/, '');
  if (wanted === '') return null;
  const found = files.flatMap(({ path, text }) => {
    const at = text.indexOf(wanted);
    return at === -1 ? [] : [`${path}:${text.slice(0, at).split('\n').length}`];
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}
