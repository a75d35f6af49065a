import type { DatabaseBranch } from '../../../providers/database-platform.ts';
import { paint } from '../text/paint.ts';
import { renderTable } from '../text/table.ts';
import { formatAgo, formatDuration } from '../text/time.ts';

/** What the view knows besides the branches. */
export interface BranchesView {
  /** The name of the environment's own; null where it has none. */
  readonly own: string | null;
  readonly environment: string;
  readonly now: number;
  readonly color: boolean;
}

/** Every branch beside a database, its own among them. */
export function renderBranches(branches: readonly DatabaseBranch[], view: BranchesView): string {
  const { bold, dim } = paint(view.color);
  if (branches.length === 0) return `  ${view.environment} has no branches.\n`;
  const rows = branches.map((branch) => [
    branch.name === view.own ? bold(branch.name) : branch.name,
    branch.parent ?? dim('–'),
    formatAgo(branch.createdAt, view.now),
    goes(branch, view.now),
    branch.name === view.own ? dim(`the database of ${view.environment}`) : '',
  ]);
  return renderTable(['branch', 'of', 'made', '', ''].map(dim), rows);
}

/** Fly removes nothing by itself: Glidepath does so with its next deployment. */
function goes({ expiresAt }: DatabaseBranch, now: number): string {
  if (expiresAt === null) return 'stays';
  return expiresAt <= now
    ? 'expired, goes with the next deployment'
    : `goes in ${formatDuration(expiresAt - now)}`;
}
