import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { pointInPast } from '../check-point.ts';
import { createSnapshot } from '../snapshots/create-snapshot.ts';
import type { NeonContext } from '../neon-context.ts';
import { invalid, notFound } from '../neon-error.ts';
import { projectOf } from '../neon-grant.ts';
import type { CopyPoint, NeonSnapshot } from '../records.ts';
import { finalizeSnapshotRestore, restoreSnapshot } from '../snapshots/restore-snapshot.ts';
import { branchView, endpointView, operationView, snapshotView, timestamp } from '../views.ts';
import { branchOf } from './branch-of.ts';
import { nameSchema } from './order-schemas.ts';
import { queryLsn, queryTime, readBody, timeSchema } from './read-request.ts';

const BRANCH = '/projects/:project/branches/:branch';
const PATH = '/projects/:project/snapshots';

const updateSchema = z.looseObject({
  snapshot: z.looseObject({
    name: nameSchema.optional(),
    // neonctl and @neon/sdk send it; null: it does not expire any more.
    expires_at: timeSchema.nullable().optional(),
  }),
});
const restoreSchema = z.looseObject({
  name: nameSchema.optional(),
  target_branch_id: z.string().optional(),
  finalize_restore: z.boolean().optional(),
});
const finalizeSchema = z.looseObject({ name: nameSchema.optional() });
const scheduleSchema = z.looseObject({
  schedule: z.array(
    z.object({
      frequency: z.enum(['hourly', 'daily', 'weekly', 'monthly', 'yearly']),
      hour: z.int().min(0).max(23).optional(),
      day: z.int().min(1).max(31).optional(),
      month: z.int().min(1).max(12).optional(),
      retention_seconds: z.int().min(3600).optional(),
    }),
  ),
});

/** Snapshots of branches, what is restored of them, and when they are taken by themselves. */
export function snapshotRoutes(context: NeonContext): Hono {
  const { state, clock } = context;
  const routes = new Hono();
  routes.post(`${BRANCH}/snapshot`, (c) => create(c, context));
  routes.get(PATH, (c) => {
    const { id } = projectOf(c, context);
    const snapshots = state.all('snapshots').filter((one) => one.projectId === id);
    return c.json({ snapshots: snapshots.map(snapshotView) });
  });
  routes.patch(`${PATH}/:snapshot`, async (c) => {
    const snapshot = snapshotOf(c, context);
    const { snapshot: order } = await readBody(c, updateSchema);
    const { name = snapshot.name, expires_at: expiresAt = snapshot.expiresAt } = order;
    if (expiresAt !== null && expiresAt <= clock.now()) throw invalid('expires_at must be in the future');
    const changed = { ...snapshot, name, expiresAt };
    state.save('snapshots', changed);
    return c.json({ snapshot: snapshotView(changed) });
  });
  routes.delete(`${PATH}/:snapshot`, (c) => {
    const snapshot = snapshotOf(c, context);
    context.operations.requireIdle(snapshot.projectId);
    state.remove('snapshots', snapshot.id);
    const task = { kind: 'destroy', clusterId: snapshot.clusterId } as const;
    const begun = context.operations.schedule(snapshot.projectId, [
      { action: 'delete_timeline', branchId: null, task },
    ]);
    return c.json({ operations: begun.map(operationView) }, 202);
  });
  restoreRoutes(routes, context);
  routes.get(`${BRANCH}/backup_schedule`, (c) => c.json({ schedule: branchOf(c, context).schedule }));
  routes.put(`${BRANCH}/backup_schedule`, async (c) => {
    const branch = branchOf(c, context);
    const { schedule } = await readBody(c, scheduleSchema);
    state.change('branches', branch.id, { schedule, scheduleSince: clock.now() });
    return c.json({});
  });
  return routes;
}

function restoreRoutes(routes: Hono, context: NeonContext): void {
  const { state } = context;
  routes.post(`${PATH}/:snapshot/restore`, async (c) => {
    const snapshot = snapshotOf(c, context);
    const order = await readBody(c, restoreSchema);
    // The name in the query is the older way.
    const name = order.name ?? c.req.query('name');
    const { branch, operations } = restoreSnapshot(context, snapshot, { ...order, name });
    return c.json({
      branch: branchView(context, branch),
      endpoints: state.endpointsOf(branch.id).map((one) => endpointView(context, one)),
      operations: operations.map(operationView),
    });
  });
  routes.post(`${BRANCH}/finalize_restore`, async (c) => {
    const branch = branchOf(c, context);
    const { name = null } = await readBody(c, finalizeSchema);
    return c.json({ operations: finalizeSnapshotRestore(context, branch, name).map(operationView) });
  });
}

function snapshotOf(c: Context, context: NeonContext): NeonSnapshot {
  const { id } = projectOf(c, context);
  const snapshot = context.state.find('snapshots', c.req.param('snapshot') ?? '');
  if (snapshot === null || snapshot.projectId !== id) throw notFound('snapshot');
  return snapshot;
}

async function create(c: Context, context: NeonContext): Promise<Response> {
  const branch = branchOf(c, context);
  context.operations.requireIdle(branch.projectId);
  const [time, lsn] = [queryTime(c, 'timestamp'), queryLsn(c, 'lsn')];
  if (time !== null && lsn !== null) throw invalid('lsn and timestamp cannot be given together');
  const at: CopyPoint | null = time !== null ? { time } : lsn !== null ? { lsn } : null;
  const expiresAt = queryTime(c, 'expires_at');
  const now = context.clock.now();
  if (expiresAt !== null && expiresAt <= now) throw invalid('expires_at must be in the future');
  const name = c.req.query('name') ?? `${branch.name}_${timestamp(now)}`;
  const past = await pointInPast(context, branch, at);
  const made = createSnapshot(context, branch, { name, at: past, expiresAt, isManual: true });
  return c.json({ snapshot: snapshotView(made.snapshot), operations: made.operations.map(operationView) });
}
