import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { Json } from '../../../util/json.ts';
import type { EdgeComparison } from '../edge-metrics.ts';
import { isOnTheMove } from '../machines/is-on-the-move.ts';
import { eventId, failingCheck, isAsleep, unexpectedExit } from '../machines/machine-state.ts';
import type { MachineRef } from '../client/machines-api.ts';
import type { Machine } from '../client/wire-types.ts';
import { judgeCanary, type CanaryVerdict } from './judge-canary.ts';
import { seconds, type Rollout } from './rollout.ts';

/** The machine that is watched. */
export interface Canary {
  readonly id: string;
  readonly region: string;
  /** Whether machines of the release before serve beside it. */
  readonly hasOthers: boolean;
}

/** What one watching knows. */
interface Watch {
  readonly rollout: Rollout;
  readonly canary: Canary;
  readonly ref: MachineRef;
  /** When it began to take traffic; journaled, so that a resumed deployment goes on and does not begin anew. */
  readonly since: number;
  readonly version: string;
  readonly known: ReadonlySet<string>;
}

/** The figures of the edge are worth waiting for only so long: the health of the canary is looked at meanwhile. */
const FIGURES_WITHIN_MS = 5_000;
/** Longer windows say nothing more of a release, and the metrics need not go back further. */
const WINDOW_MS_MAX = 600_000;

/**
 * Watches a canary for the bake time: its health at every look, its answers against those of the others at every line
 * that is logged. Throws DEPLOY_CANARY_FAILED with the figures; the canary is out of rotation by then, if others serve.
 */
export async function bake(rollout: Rollout, canary: Canary): Promise<void> {
  const { fly, deployment, work } = rollout;
  const watched = async (): Promise<Json> => {
    const ref = { app: deployment.platformName, id: canary.id };
    const since = await work.once(`bake-since/${canary.id}`, async () => fly.clock.now());
    const first = await fly.machines.get(ref, work.signal);
    const known = new Set((first.events ?? []).map(eventId));
    const watch = { rollout, canary, ref, since, version: first.instance_id, known };
    work.log(
      `${canary.region}: machine ${canary.id} takes traffic as the canary for ${seconds(deployment.app.canary.bakeMs)}`,
    );
    const verdict = await watchToTheEnd(watch);
    if (verdict.decision === 'stop') throw await canaryFailed(watch, verdict);
    work.log(`canary ${canary.id} passed: ${verdict.reason}`);
    return verdict.reason;
  };
  await work.once(`bake/${canary.id}`, watched);
}

/** Ends: by a fault, or when the bake time is over. */
async function watchToTheEnd(watch: Watch): Promise<CanaryVerdict> {
  const { fly, deployment, work } = watch.rollout;
  const settings = deployment.app.canary;
  let toldAt = watch.since;
  for (;;) {
    const now = fly.clock.now();
    const elapsedMs = now - watch.since;
    const ailment = ailmentOf(watch, await fly.watched.read(watch.ref, work.signal));
    const isDue = elapsedMs >= settings.bakeMs || now - toldAt >= fly.timing.canaryTellMs;
    if (ailment !== null || isDue) {
      const traffic = await figures(watch, elapsedMs);
      const verdict = judgeCanary(settings, { elapsedMs, ailment, traffic });
      if (verdict.decision !== 'wait') return verdict;
      toldAt = now;
      work.log(`canary ${watch.canary.id} after ${seconds(elapsedMs)}: ${verdict.reason}`);
    }
    const leftMs = Math.max(1, watch.since + settings.bakeMs - fly.clock.now());
    await fly.clock.sleep(Math.min(fly.timing.canaryLookMs, leftMs), work.signal);
  }
}

function ailmentOf({ rollout, version, known }: Watch, machine: Machine): string | null {
  if (machine.instance_id !== version) return `somebody gave it another version, ${machine.instance_id}`;
  const exit = unexpectedExit(machine, known);
  if (exit !== null)
    return `its process exited with ${exit.code === null ? 'an unknown code' : `code ${exit.code}`}`;
  const { app } = rollout.deployment;
  if (app.sleep !== 'never' && isAsleep(machine)) return null;
  if (isOnTheMove(machine, app)) return null;
  if (machine.state !== 'started') return `it is ${machine.state}`;
  const check = failingCheck(machine);
  return check === null ? null : `its check ${check.name} fails: ${check.output?.trim() ?? check.status}`;
}

/** Null when they cannot be read in time: a deployment does not fail for want of figures. */
async function figures(watch: Watch, elapsedMs: number): Promise<EdgeComparison | null> {
  const { fly, deployment, work } = watch.rollout;
  if (deployment.app.port === null) return null;
  const late = new AbortController();
  const done = new AbortController();
  const timer = fly.clock.sleep(FIGURES_WITHIN_MS, done.signal).then(
    () => late.abort(new Error(`no figures within ${FIGURES_WITHIN_MS / 1000} s`)),
    () => undefined,
  );
  try {
    return await fly.metrics.compare({
      org: deployment.app.org,
      app: deployment.platformName,
      machine: watch.canary.id,
      windowMs: Math.min(elapsedMs, WINDOW_MS_MAX),
      signal: AbortSignal.any([work.signal, late.signal]),
    });
  } catch (error) {
    work.signal.throwIfAborted();
    work.log(
      `the figures of the edge could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
    return null;
  } finally {
    done.abort();
    await timer;
  }
}

/** Users are spared it at once, before anything is undone; should that fail, the undoing takes it out as well. */
async function canaryFailed(
  { rollout, canary, ref, since }: Watch,
  verdict: CanaryVerdict,
): Promise<ToolError> {
  const { fly, work } = rollout;
  const after = seconds(fly.clock.now() - since);
  if (canary.hasOthers) {
    await fly.machines
      .cordon(ref, { signal: work.signal })
      .then(() => work.log(`${canary.region}: canary ${canary.id} is out of rotation`))
      .catch(() => undefined);
  }
  return new ToolError(
    'DEPLOY_CANARY_FAILED',
    `The canary machine ${ref.id} of app ${ref.app} failed after ${after}: ${verdict.reason}.`,
    { hint: `Read what it printed: fly logs -a ${ref.app} --machine ${ref.id}` },
  );
}
