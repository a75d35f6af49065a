import { utcTime } from '../../util/utc-time.ts';
import { code, link, plain, table } from './markdown.ts';
import { outcomeWords, type Outcome } from './run-facts.ts';

/** The hidden mark by which our one comment of a pull request is found again. */
export const DEPLOYMENTS_MARKER = '<!-- glidepath:deployments -->';

/** One environment in the comment. */
export interface CommentRow {
  readonly environment: string;
  readonly release: string | null;
  readonly url: string | null;
  readonly status: Outcome;
  /** How it stands, in words. */
  readonly words: string;
  readonly log: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** More environments than a project has; the oldest go. */
const ROWS_MAX = 20;
const DATA = /<!-- glidepath:rows ([A-Za-z0-9+/=]*) -->/;

/** The comment with one environment as it stands now, the others as they were in `before`. Pure. */
export function deploymentComment(before: string | null, row: CommentRow): string {
  const others = rowsIn(before).filter(({ environment }) => environment !== row.environment);
  const rows = [...others, row]
    .toSorted((a, b) => b.at - a.at)
    .slice(0, ROWS_MAX)
    .toSorted((a, b) => (a.environment < b.environment ? -1 : 1));
  const shown = rows.map((each) => [
    plain(each.environment),
    each.release === null ? '' : code(each.release),
    each.url === null ? '' : link(each.url.replace(/^https?:\/\//, ''), each.url),
    link(outcomeWords(each.status), each.log),
    plain(each.words),
    plain(utcTime(each.at)),
  ]);
  return [
    DEPLOYMENTS_MARKER,
    table(['Environment', 'Release', 'Address', 'Status', 'Details', 'When'], shown),
    '',
    // Read back when the next environment is written: base64, so that nothing in it can end the comment.
    `<!-- glidepath:rows ${Buffer.from(JSON.stringify(rows)).toString('base64')} -->`,
  ].join('\n');
}

/** The rows of a comment that was written before; none of one that somebody spoilt. Pure. */
export function rowsIn(body: string | null): readonly CommentRow[] {
  const written = DATA.exec(body ?? '')?.[1];
  if (written === undefined) return [];
  try {
    const rows: unknown = JSON.parse(Buffer.from(written, 'base64').toString('utf8'));
    return Array.isArray(rows) ? rows.filter(isRow) : [];
  } catch {
    return [];
  }
}

const STATUSES: ReadonlySet<unknown> = new Set<Outcome>([
  'queued',
  'running',
  'waiting',
  'interrupted',
  'succeeded',
  'removed',
  'failed',
  'cancelled',
  'superseded',
]);

/** People who may write can edit what others wrote: only what has its form is shown again. */
function isRow(value: unknown): value is CommentRow {
  const row = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const isTextOrNull = (field: unknown): boolean => field === null || typeof field === 'string';
  return (
    typeof row['environment'] === 'string' &&
    typeof row['words'] === 'string' &&
    isTextOrNull(row['release']) &&
    isTextOrNull(row['url']) &&
    isTextOrNull(row['log']) &&
    STATUSES.has(row['status']) &&
    Number.isSafeInteger(row['at']) &&
    Math.abs(Number(row['at'])) < 8.64e15
  );
}
