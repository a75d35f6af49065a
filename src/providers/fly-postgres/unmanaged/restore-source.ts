import type { ResolvedDatabase } from '../../../config/resolved.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { RestoreTarget } from '../../database-platform.ts';
import type { Machine } from '../../fly/client/wire-types.ts';
import type { ClusterContext } from './cluster-context.ts';
import { appNameOf } from './cluster-names.ts';
import { keptVolumes } from './cluster-notes.ts';
import { listRestorePoints, livePoint } from './restore-points.ts';

/** What a volume is made from to have the data of a moment. */
export interface RestoreSource {
  readonly at: number;
  readonly from: { readonly snapshot_id: string } | { readonly source_volume_id: string };
}

/**
 * What stands behind a target. Only what was kept can be gone back to: there is no archive of the log from which any
 * moment could be had. Throws DATABASE_UNKNOWN_RESTORE_POINT, or PROVIDER_NOT_SUPPORTED with the nearest ones.
 */
export async function restoreSource(
  context: Pick<ClusterContext, 'machines' | 'snapshots' | 'volumes' | 'clock'>,
  database: ResolvedDatabase,
  machine: Machine,
  target: RestoreTarget,
): Promise<RestoreSource> {
  const points = await listRestorePoints(context, database);
  const point = points.find((one) =>
    target.kind === 'time' ? one.at === target.at : one.name === target.name,
  );
  if (point === undefined) {
    const names = points.map(({ name }) => name);
    throw target.kind === 'time'
      ? notAtAnyTime(database, target.at, points)
      : unknownPoint(database, target.name, names);
  }
  const kept = keptVolumes(machine).find(({ name }) => name === point.name);
  if (kept !== undefined) return { at: point.at, from: { source_volume_id: kept.volume } };
  const noted = livePoint(machine, point.name, context.clock.now());
  return { at: point.at, from: { snapshot_id: noted?.snapshot ?? point.name } };
}

function unknownPoint(database: ResolvedDatabase, name: string, names: readonly string[]): ToolError {
  return new ToolError(
    'DATABASE_UNKNOWN_RESTORE_POINT',
    `The cluster ${appNameOf(database)} has no restore point ${name}.`,
    {
      hint:
        names.length === 0
          ? 'There is none yet: glidepath db backup <environment>'
          : `There are: ${names.join(', ')}`,
    },
  );
}

function notAtAnyTime(
  database: ResolvedDatabase,
  at: number,
  points: readonly { readonly name: string; readonly at: number }[],
): ToolError {
  const before = points.find((point) => point.at < at);
  const after = points.findLast((point) => point.at > at);
  const named = [before, after].flatMap((point) =>
    point === undefined ? [] : [`${point.name} (${isoTime(point.at)})`],
  );
  return new ToolError(
    'PROVIDER_NOT_SUPPORTED',
    `The cluster ${appNameOf(database)} cannot be brought back to ${isoTime(at)}: an unmanaged one on Fly has only what was kept as a restore point.`,
    {
      hint:
        named.length === 0
          ? 'There is none yet: glidepath db backup <environment>'
          : `There are ${named.join(' and ')}. Name one of these moments exactly, or go back to it: glidepath db restore <environment> --to-restore-point ${(before ?? after)?.name}`,
    },
  );
}

/** In UTC, as exactly as it has to be named. */
function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.000Z$/, 'Z');
}
