/** Takes the values out of a statement: `select $1`. What the parser refuses is not shown at all. */
export type Normalize = (sql: string) => string;

/** Said in place of a statement that cannot be read, and so not be cleared of values. */
export const UNREADABLE = '(a statement that cannot be read)';

/** Loads Postgres' own normalizer (libpg-query). */
export async function loadNormalizer(): Promise<Normalize> {
  const { loadModule, normalizeSync } = await import('libpg-query');
  await loadModule();
  return (sql) => {
    try {
      return normalizeSync(sql).trim();
    } catch {
      return UNREADABLE;
    }
  };
}
