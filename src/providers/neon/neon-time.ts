import { ToolError } from '../../diagnostics/tool-error.ts';
import { hasStatus } from './neon-api-error.ts';
import type { NeonBranch, NeonProject } from './wire-types.ts';

/** Neon removes nothing by itself later than this (neon.com/docs/guides/branch-expiration). */
const EXPIRY_MAX_MS = 30 * 86_400_000;

/** A time of Neon's in milliseconds since the Unix epoch; null for none. */
export function timeOf(iso: string | undefined): number | null {
  const at = Date.parse(iso ?? '');
  return Number.isNaN(at) ? null : at;
}

/** A moment as Neon takes it. */
export function isoOf(at: number): string {
  return new Date(at).toISOString();
}

/** When Neon shall remove something: to the second, and not later than it can. */
export function expiryOf(expiresAt: number, now: number): string {
  const at = Math.min(expiresAt, now + EXPIRY_MAX_MS);
  return isoOf(Math.floor(at / 1000) * 1000).replace('.000Z', 'Z');
}

/** Since when a branch can be brought back to any moment; null where the project keeps no history. */
export function restorableFrom(project: NeonProject, branch: NeonBranch, now: number): number | null {
  const keptMs = (project.history_retention_seconds ?? 0) * 1000;
  return keptMs <= 0 ? null : Math.max(now - keptMs, timeOf(branch.created_at) ?? 0);
}

/** Throws DATABASE_OUTSIDE_WINDOW for a moment that the history of a branch does not have, or not yet. */
export function requireInWindow(
  at: number,
  { project, branch, now }: { project: NeonProject; branch: NeonBranch; now: number },
): void {
  const from = restorableFrom(project, branch, now);
  if (from !== null && at >= from && at <= now) return;
  const window =
    from === null
      ? `Project ${project.name} keeps no history`
      : `Its history goes from ${isoOf(from)} to ${isoOf(now)}`;
  throw outside(branch, project, `${isoOf(at)}. ${window}.`);
}

/** What Neon said against a moment that only it knows it does not have, as DATABASE_OUTSIDE_WINDOW; anything else as it is. */
export function asOutsideWindow(
  error: unknown,
  { project, branch, at }: { project: NeonProject; branch: NeonBranch; at: string | undefined },
): unknown {
  if (at === undefined || !hasStatus(error, 400, 422)) return error;
  if (!/timestamp|history|\blsn\b/i.test(error.detail)) return error;
  return outside(branch, project, `${at}. Neon says: ${error.detail}`);
}

function outside(branch: NeonBranch, project: NeonProject, rest: string): ToolError {
  return new ToolError(
    'DATABASE_OUTSIDE_WINDOW',
    `Branch ${branch.name} of project ${project.name} cannot be read as it was at ${rest}`,
    {
      hint: 'Name a moment in it, or a restore point. How far it goes back is a setting of the project on Neon: history retention.',
    },
  );
}
