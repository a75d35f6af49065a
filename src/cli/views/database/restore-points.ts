import type { RestorePoint } from '../../../providers/database-platform.ts';
import { utcTime } from '../../../util/utc-time.ts';
import { localHint } from '../problem.ts';
import { paint } from '../text/paint.ts';
import { renderTable } from '../text/table.ts';
import { formatAgo, formatDuration } from '../text/time.ts';

/** What the view knows besides the restore points. */
export interface RestorePointsView {
  readonly environment: string;
  readonly database: string;
  /** What says in a command which database it is about: ` --database main`, or nothing. */
  readonly several: string;
  /** Milliseconds since the Unix epoch; null: to no moment but the restore points. */
  readonly restorableFrom: number | null;
  /** A moment that can be restored, as `--to` takes it. */
  readonly example: string;
  readonly now: number;
  readonly color: boolean;
  readonly isLocal: boolean;
}

/** What a database can be gone back to, and the command. */
export function renderRestorePoints(points: readonly RestorePoint[], view: RestorePointsView): string {
  const { bold, cyan, dim } = paint(view.color);
  const { environment, database, restorableFrom, now } = view;
  const restore = `glidepath db restore ${environment}${view.several}`;
  const lines = [`  ${bold(database)} of ${bold(environment)}`];
  lines.push(
    restorableFrom === null
      ? points.length === 0
        ? '  to no moment'
        : '  to no moment but its restore points'
      : `  to any moment since ${utcTime(restorableFrom)}, ${formatAgo(restorableFrom, now)}: ${cyan(localHint(`${restore} --to ${view.example}`, view.isLocal))}`,
  );
  if (points.length === 0) return [...lines, '  no restore points', ''].join('\n');
  const rows = points.map((point) => [
    point.name,
    utcTime(point.at),
    formatAgo(point.at, now),
    point.expiresAt === null ? 'stays' : `in ${formatDuration(Math.max(0, point.expiresAt - now))}`,
    originOf(point),
  ]);
  const table = renderTable(['restore point', 'data of', '', 'goes', ''].map(dim), rows);
  const newest = points[0]?.name ?? '';
  const command = localHint(`${restore} --to-restore-point ${newest}`, view.isLocal);
  return `${lines.join('\n')}\n\n${table}\n  ${cyan('→')} ${command}\n`;
}

function originOf({ isOurs, name }: RestorePoint): string {
  if (name.startsWith('before-restore-')) return 'what a restore replaced';
  return isOurs ? '' : 'not by Glidepath';
}
