import { createSnapshot } from './create-snapshot.ts';
import type { NeonContext } from '../neon-context.ts';
import type { NeonScheduleItem } from '../records.ts';
import { timestamp } from '../views.ts';

/** Takes the snapshots whose time has come by the schedules of the branches; those of a busy project come later. */
export function takeDueSnapshots(context: NeonContext): void {
  const { state, operations, clock } = context;
  const now = clock.now();
  for (const branch of state.all('branches')) {
    if (branch.deletion !== null || branch.state !== 'ready' || operations.isBusy(branch.projectId)) continue;
    const due = branch.schedule.find((item) => lastTime(item, now) > branch.scheduleSince);
    if (due === undefined) continue;
    state.change('branches', branch.id, { scheduleSince: now });
    createSnapshot(context, branch, {
      name: `${branch.name}_${due.frequency}_${timestamp(now)}`,
      at: null,
      expiresAt: due.retention_seconds === undefined ? null : now + due.retention_seconds * 1000,
      isManual: false,
    });
  }
}

/** When an item of a schedule was last due, in milliseconds since the Unix epoch; its hours and days are of UTC. */
export function lastTime(item: NeonScheduleItem, now: number): number {
  const { frequency, hour = 0, day = 1, month = 1 } = item;
  const at = new Date(now);
  const [year, thisMonth, date] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  const weekday = (at.getUTCDay() + 7 - (day % 7)) % 7;
  const before = {
    hourly: (back: number) => Date.UTC(year, thisMonth, date, at.getUTCHours() - back),
    daily: (back: number) => Date.UTC(year, thisMonth, date - back, hour),
    // Days of the week from 1, a Monday.
    weekly: (back: number) => Date.UTC(year, thisMonth, date - weekday - 7 * back, hour),
    monthly: (back: number) => inMonth(year, thisMonth - back, day, hour),
    yearly: (back: number) => inMonth(year - back, month - 1, day, hour),
  }[frequency];
  return before(0) <= now ? before(0) : before(1);
}

/** The 31st of a shorter month is its last day. */
function inMonth(year: number, month: number, day: number, hour: number): number {
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(day, days), hour);
}
