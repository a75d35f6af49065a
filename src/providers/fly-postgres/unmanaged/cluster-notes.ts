import type { MachineRef } from '../../fly/client/machines-api.ts';
import { appPath } from '../../fly/client/machines-api.ts';
import type { Machine } from '../../fly/client/wire-types.ts';
import type { ClusterContext } from './cluster-context.ts';

/*
 * What is to be known of a cluster later and the platform has no place for is noted in the metadata of its machine, which
 * change without a new version of it: snapshots have no names, volumes cannot be renamed, apps have no labels.
 */

/** On a machine that a restore has put aside: not to be taken for the cluster's. */
export const RETIRED_KEY = 'glidepath_retired';
/** On the machine of a branch: the app it was made from, its name, and when it may go (milliseconds since the Unix epoch, or `never`). */
export const BRANCH_KEYS = {
  of: 'glidepath_branch_of',
  name: 'glidepath_branch',
  expiresAt: 'glidepath_branch_expires',
} as const;
const POINT_PREFIX = 'glidepath_point_';
const KEPT_PREFIX = 'glidepath_kept_';

/** A restore point: a snapshot with a name. */
export interface NotedPoint {
  readonly name: string;
  readonly snapshot: string;
  /** The volume it was taken of. */
  readonly volume: string;
  readonly at: number;
  readonly expiresAt: number | null;
  /** It was deleted, and its snapshot is still there: Fly has no way to remove one. */
  readonly isDeleted?: boolean;
}

/** What was there before a restore: a volume that no machine has. */
export interface KeptVolume {
  readonly name: string;
  readonly volume: string;
  /** Of its data. */
  readonly at: number;
  /** Milliseconds since the Unix epoch; not there, or null: it stays. */
  readonly expiresAt?: number | null;
}

/** Newest first, deleted ones included. */
export function notedPoints(machine: Machine): readonly NotedPoint[] {
  return notesOf<NotedPoint>(machine, POINT_PREFIX).toSorted((a, b) => b.at - a.at);
}

/** Newest first. */
export function keptVolumes(machine: Machine): readonly KeptVolume[] {
  return notesOf<KeptVolume>(machine, KEPT_PREFIX).toSorted((a, b) => b.at - a.at);
}

/** Notes a restore point; one of the same name is replaced. */
export async function notePoint(
  context: ClusterContext,
  ref: MachineRef,
  point: NotedPoint,
  signal: AbortSignal,
): Promise<void> {
  const { name, ...rest } = point;
  await setNote(context, ref, POINT_PREFIX + name, JSON.stringify(rest), signal);
}

/** Takes away what is noted of a restore point: its snapshot is gone. */
export async function forgetPoint(
  context: ClusterContext,
  ref: MachineRef,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  await setNote(context, ref, POINT_PREFIX + name, null, signal);
}

/** Takes away what is noted of a kept volume: it is gone. */
export async function forgetKept(
  context: ClusterContext,
  ref: MachineRef,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  await setNote(context, ref, KEPT_PREFIX + name, null, signal);
}

/** How a kept volume stands in the metadata of a machine that is to be made. */
export function keptNote({ name, ...rest }: KeptVolume): Record<string, string> {
  return { [KEPT_PREFIX + name]: JSON.stringify(rest) };
}

/** Sets one label of a machine, or with null takes it away. */
export async function setNote(
  context: Pick<ClusterContext, 'client'>,
  ref: MachineRef,
  key: string,
  value: string | null,
  signal: AbortSignal,
): Promise<void> {
  await context.client.send({
    method: 'POST',
    path: `${appPath(ref.app)}/machines/${encodeURIComponent(ref.id)}/metadata/${encodeURIComponent(key)}`,
    // An empty value takes a label away, as null does.
    body: { value: value ?? '' },
    resource: `the labels of machine ${ref.id} of app ${ref.app}`,
    subject: ref.id,
    isRepeatable: true,
    signal,
  });
}

function notesOf<T extends { readonly name: string }>(machine: Machine, prefix: string): T[] {
  return Object.entries(machine.config.metadata ?? {}).flatMap(([key, value]) => {
    if (!key.startsWith(prefix) || value === '') return [];
    try {
      return [{ name: key.slice(prefix.length), ...(JSON.parse(value) as Omit<T, 'name'>) } as T];
    } catch {
      // Somebody else's label.
      return [];
    }
  });
}
