import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { PlatformWork } from '../app-platform.ts';
import { computeChange, computeSettings } from './compute-settings.ts';
import { makeOnce } from './make-once.ts';
import type { BranchRef, ProjectRef } from './neon-api.ts';
import type { NeonContext } from './neon-context.ts';
import { settleOperations } from './settle.ts';
import type { ComputeSettings, NeonEndpoint } from './wire-types.ts';

/** A branch, and what is written of its compute. */
export interface ComputePlace {
  readonly project: ProjectRef;
  readonly branch: BranchRef;
  readonly database: ResolvedDatabase;
}

/** The compute that writes to a branch. One that has none, such as a state that was kept, is given one: without it nobody can connect. */
export async function requireCompute(
  context: NeonContext,
  { project, branch, database }: ComputePlace,
  signal?: AbortSignal,
): Promise<NeonEndpoint> {
  const find = async (): Promise<NeonEndpoint | null> => {
    const all = await context.api.endpoints(project, branch, signal);
    return all.find(({ type }) => type === 'read_write') ?? null;
  };
  const there = await find();
  if (there !== null) return there;
  const settings = computeSettings(database);
  const send = () => context.api.createEndpoint(project, branch, settings, signal);
  return makeOnce(context, { what: `the compute of ${branch.name}`, project, send, find }, signal);
}

/** Makes the compute of a branch, or brings it to what is written. */
export async function ensureCompute(
  context: NeonContext,
  place: ComputePlace,
  work: PlatformWork,
): Promise<void> {
  const { project, branch, database } = place;
  const there = await requireCompute(context, place, work.signal);
  const change = computeChange(database, there);
  if (change === null) return;
  work.log(`branch ${branch.name} of project ${project.name}: ${wordsOf(change)}`);
  const changed = await context.api.updateEndpoint(project, there, change, work.signal);
  await settleOperations(context, project, changed, work.signal);
}

function wordsOf(change: ComputeSettings): string {
  return Object.entries(change)
    .map(([name, value]) => `${name} is ${value} now`)
    .join(', ');
}
