import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { assert } from '../../util/assert.ts';
import type { PlanStep, ScaleChange, StepAction } from '../plan.ts';
import { durationWords, list, memoryWords } from '../words.ts';
import { sideBySide, type Stage, type StageContext } from './stage.ts';

/** Starting a machine, its image pulled, where nothing tells when it is ready. */
const MACHINE_START_MS = 60_000;
/** Leases, volumes and reading everything again; once per scaling. */
const SCALE_MARGIN_MS = 2 * 60_000;
/** One request that hangs when the time is almost up. */
const PROBE_MARGIN_MS = 30_000;

/** Counts and size of one app, at once, then whether it is healthy. */
export function scaleStage(context: StageContext, after: readonly string[]): Stage {
  const { trigger } = context;
  assert(trigger.kind === 'scale', 'only a scaling has a scale stage');
  return sideBySide(
    context.apps.flatMap((app): PlanStep[] => {
      if (app.platform !== 'fly') return [];
      const action: StepAction = { kind: 'scale', app: app.name, change: trigger.change };
      const scale: PlanStep = {
        id: `scale:${app.name}`,
        needs: after,
        title: `Scale ${app.name}`,
        reason: `by hand: ${scaleWords(trigger.change)}; new machines are healthy before any is removed`,
        mutates: true,
        undo: 'restore the machines and sizes that were there',
        timeoutMs: timeoutMs(context, app, trigger.change),
        action,
      };
      return [scale, ...healthSteps(app, trigger.change)];
    }),
  );
}

/** What is asked for, in words: `iad 3 and sjc 1, shared-cpu-2x with 1 GB`. */
export function scaleWords({ counts, vm }: ScaleChange): string {
  const places = list(Object.entries(counts).map(([region, count]) => `${region} ${count}`));
  const size = vm === null ? '' : `${vm.cpuKind}-cpu-${vm.cpus}x with ${memoryWords(vm.memoryMb)}`;
  return [places, size.replace('performance-cpu', 'performance')].filter((part) => part !== '').join(', ');
}

/** What was taken down answers nobody. */
function healthSteps(app: ResolvedFlyApp, { counts }: ScaleChange): PlanStep[] {
  const left = app.regions.filter(({ region, count }) => (counts[region] ?? count) > 0);
  const isDown = left.length === 0 && Object.values(counts).every((count) => count === 0);
  if (app.health === null || isDown) return [];
  return [
    {
      id: `health:${app.name}`,
      needs: [`scale:${app.name}`],
      title: `${app.name} is healthy`,
      reason: `health: { path: '${app.health.path}' } of ${app.name} must answer within ${durationWords(app.health.withinMs)}`,
      mutates: false,
      undo: null,
      timeoutMs: app.health.withinMs + PROBE_MARGIN_MS,
      action: { kind: 'health', app: app.name },
    },
  ];
}

function timeoutMs({ observed }: StageContext, app: ResolvedFlyApp, { counts }: ScaleChange): number {
  const written = app.regions.reduce((sum, { count }) => sum + count, 0);
  const there = observed?.apps[app.name]?.machines ?? written;
  const asked = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const perMachine = app.stop.timeoutMs + MACHINE_START_MS + (app.health?.withinMs ?? 0);
  return SCALE_MARGIN_MS + (there + asked) * perMachine;
}
