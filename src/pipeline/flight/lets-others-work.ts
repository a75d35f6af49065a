const COMMENTS = String.raw`^(?:\s|--[^\n]*\n|/\*[\s\S]*?\*/)*`;
const CONCURRENT = new RegExp(
  `${COMMENTS}(?:${[
    String.raw`(?:create\s+(?:unique\s+)?|drop\s+)index\s+concurrently\b`,
    String.raw`reindex\s*(?:\([^)]*\)\s*)?(?:index|table|schema|database|system)\s+concurrently\b`,
    String.raw`reindex\s*\([^)]*\bconcurrently\b(?!\s+(?:false|off|0))`,
    String.raw`alter\s+table\b[^;]*\bdetach\s+partition\b[^;]*\bconcurrently\s*;?\s*$`,
  ].join('|')})`,
  'i',
);

/**
 * Whether a statement waits for transactions to end without holding up readers or writers: an index that is built or
 * dropped CONCURRENTLY, a partition that is detached so. Canceled while it waits, it leaves an invalid index or a
 * partition that is half detached.
 */
export function letsOthersWork(sql: string): boolean {
  return CONCURRENT.test(sql);
}
