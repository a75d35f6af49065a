import type { ResolvedApp, ResolvedFlyApp } from '../../config/resolved.ts';
import { unreachable } from '../../util/assert.ts';
import { appGoingBack } from '../app-going-back.ts';
import type { PlanStep } from '../plan.ts';
import { count, durationWords, list } from '../words.ts';
import type { Stage, StageContext, StagePlanner } from './stage.ts';

/** Starting a machine, its image pulled, where nothing tells when it is ready. */
const MACHINE_START_MS = 60_000;
/** Creating an app, secrets, leases; once per deployment of an app. */
const DEPLOY_MARGIN_MS = 2 * 60_000;
/** A build on Vercel counts into its deployment. */
const VERCEL_MS = 30 * 60_000;
/** One request that hangs when the time is almost up. */
const PROBE_MARGIN_MS = 30_000;

/**
 * One stage a wave of `deployOrder`: every app of a wave at once, each followed by its health; the next wave waits for
 * the health of this one. A rollback goes the other way: what calls goes back before what is called.
 */
export function appStages(context: StageContext): StagePlanner[] {
  const order = context.match.environment.deployOrder.map((wave) =>
    wave.flatMap((name) => context.apps.filter((app) => app.name === name)),
  );
  const waves = order.filter((wave) => wave.length > 0);
  if (context.match.action !== 'rollback') return waves.map((wave) => waveStage(wave));
  return waves.toReversed().map((wave) => waveStage(wave.map((app) => appGoingBack(app))));
}

function waveStage(wave: readonly ResolvedApp[]): StagePlanner {
  return (context, after): Stage => {
    const deploys = wave.map((app) => deployStep(context, app, after));
    const healths = wave.flatMap((app) => (app.health === null ? [] : [healthStep(app, app.health)]));
    return {
      steps: [...deploys, ...healths],
      last: wave.map((app) => `${app.health === null ? 'deploy' : 'health'}:${app.name}`),
    };
  };
}

function deployStep(context: StageContext, app: ResolvedApp, needs: readonly string[]): PlanStep {
  return {
    id: `deploy:${app.name}`,
    needs,
    title: `Deploy ${app.name}`,
    reason: [howReason(app), observedReason(context, app), rollbackReason(context, app)]
      .filter((part) => part !== '')
      .join('; '),
    mutates: true,
    undo: undoWords(context, app),
    timeoutMs: deployTimeoutMs(app),
    action: { kind: 'deploy', app: app.name },
  };
}

/** Whether one app answers, after it was deployed; another step that it comes after takes the place of `needs`. */
export function healthStep(app: ResolvedApp, health: NonNullable<ResolvedApp['health']>): PlanStep {
  return {
    id: `health:${app.name}`,
    needs: [`deploy:${app.name}`],
    title: `${app.name} is healthy`,
    reason: `health: { path: '${health.path}' } of ${app.name} must answer within ${durationWords(health.withinMs)}`,
    mutates: false,
    undo: null,
    timeoutMs: health.withinMs + PROBE_MARGIN_MS,
    action: { kind: 'health', app: app.name },
  };
}

function howReason(app: ResolvedApp): string {
  if (app.platform === 'vercel') {
    return `${app.framework} on Vercel, staged: reachable, but not public yet`;
  }
  const total = machineCount(app);
  if (total === 0) return 'regions: no machine is asked for';
  if (total === 1) return `${placesWords(app)}: ${downtimeWords(app)}`;
  return `${placesWords(app)}, ${strategyWords(app, total)}`;
}

function placesWords(app: ResolvedFlyApp): string {
  const used = app.regions.filter((region) => region.count > 0);
  const [first, ...rest] = used;
  if (first === undefined) return '';
  const total = machineCount(app);
  if (total === 1) return `one machine in ${first.region}`;
  if (rest.length === 0) return `${total} machines in ${first.region}`;
  if (used.every((region) => region.count === 1)) {
    return `${total} machines, one each in ${list(used.map((region) => region.region))}`;
  }
  return `${total} machines, ${list(used.map((region) => `${region.count} in ${region.region}`))}`;
}

function downtimeWords(app: ResolvedFlyApp): string {
  const { strategy } = app;
  const named = strategy === 'rolling' ? '' : `strategy ${strategy}, `;
  if (strategy === 'bluegreen') return `${named}the new one beside it first, zero downtime`;
  if (app.port === null) return 'its work pauses while it is replaced';
  if (strategy === 'immediate') return `${named}short downtime while it is replaced`;
  if (app.volume !== null)
    return 'short downtime while it is replaced, for its volume stays with its machine';
  const watched = strategy === 'canary' ? `watched for ${durationWords(app.canary.bakeMs)}` : 'first';
  return `${named}the new one beside it ${watched}, zero downtime`;
}

function strategyWords(app: ResolvedFlyApp, total: number): string {
  switch (app.strategy) {
    case 'rolling':
      return rollingWords(app, total);
    case 'canary':
      return `strategy canary, one first, watched for ${durationWords(app.canary.bakeMs)}, then ${rollingWords(app, total)}`;
    case 'bluegreen':
      return 'strategy bluegreen, new ones beside the old, switched when healthy, zero downtime';
    case 'immediate':
      return 'strategy immediate, all at once: short downtime while they are replaced';
    default:
      return unreachable(app.strategy);
  }
}

/** However many may be out of service, one is changed first and is back before the others go. */
function rollingWords(app: ResolvedFlyApp, total: number): string {
  const atOnce = Math.min(app.maxUnavailable, total - 1);
  return `${atOnce <= 1 ? 'one' : atOnce} at a time, zero downtime`;
}

function observedReason({ observed }: StageContext, app: ResolvedApp): string {
  const seen = observed?.apps[app.name];
  if (seen === undefined) return '';
  if (seen === null) return `creates ${app.platformName}`;
  if (app.platform === 'vercel') return `updates ${app.platformName}`;
  return seen.machines === 0
    ? `${app.platformName} exists and has no machines yet`
    : `updates ${app.platformName}, ${count(seen.machines, 'machine')} now`;
}

function rollbackReason({ match }: StageContext, app: ResolvedApp): string {
  if (match.action !== 'rollback') return '';
  return app.database === null
    ? 'back to an earlier release'
    : `the database ${app.database} is not rolled back, its migrations stay`;
}

function undoWords({ observed }: StageContext, app: ResolvedApp): string {
  if (app.platform === 'vercel') return 'drop the staged deployment';
  const seen = observed?.apps[app.name];
  if (seen === null || seen?.machines === 0) return 'remove the machines it created';
  return 'restore the image and config each machine had';
}

function deployTimeoutMs(app: ResolvedApp): number {
  if (app.platform === 'vercel') return VERCEL_MS;
  const perMachine = app.stop.timeoutMs + MACHINE_START_MS + (app.health?.withinMs ?? 0);
  const bakeMs = app.strategy === 'canary' ? app.canary.bakeMs : 0;
  return DEPLOY_MARGIN_MS + bakeMs + Math.max(1, machineCount(app)) * perMachine;
}

function machineCount(app: ResolvedFlyApp): number {
  return app.regions.reduce((sum, region) => sum + region.count, 0);
}
