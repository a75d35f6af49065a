import type { RunRecord, StepRecord } from '../../engine/engine.ts';
import type { ActionsJob, AppBefore, DeploymentPayload } from '../../pipeline/github/deployment-payload.ts';
import type { History } from '../../pipeline/history.ts';
import { probeLine } from '../../pipeline/probe/probe-words.ts';
import { digestOf, type MigrationRecord } from '../../pipeline/release.ts';
import { restorePointsMade } from '../../pipeline/restore-points.ts';
import { probesIn } from '../../pipeline/steps/probe.ts';
import type { Json } from '../../util/json.ts';
import type { CarryOutRequest } from '../runs/carry-out-request.ts';

/** What a payload is made of. */
export interface PayloadSources {
  readonly request: CarryOutRequest;
  readonly project: string;
  readonly runId: string;
  readonly by: string;
  readonly actions: ActionsJob | null;
  readonly before: Readonly<Record<string, AppBefore>>;
  readonly history: Pick<History, 'live' | 'entries' | 'migratedBy'>;
  /** Null before the run began. */
  readonly run: Pick<RunRecord, 'status'> | null;
  readonly steps: readonly Pick<StepRecord, 'id' | 'status' | 'result'>[];
}

/** What is written into a deployment on GitHub, as far as it is known now. Pure besides the history. */
export function payloadOf(sources: PayloadSources): DeploymentPayload {
  const { request, history, steps, runId } = sources;
  const { environment, trigger, release } = request;
  const outputs = outputsOf(steps);
  const digests =
    release?.digests ??
    digestsOf(
      outputs,
      environment.apps.map(({ name }) => name),
    );
  const recorded = history.entries(environment.name, 1).find((entry) => entry.runId === runId);
  const isDone = sources.run?.status === 'succeeded';
  return {
    glidepath: 1,
    project: sources.project,
    run: runId,
    action: request.deployment.action,
    actions: sources.actions,
    pullRequest: request.deployment.pullRequest,
    commit: request.commit,
    ref: request.ref,
    by: sources.by,
    approval: request.approval ?? null,
    apps: trigger.kind === 'rollback' ? trigger.apps : trigger.kind === 'scale' ? [trigger.app] : null,
    live: liveBefore(sources),
    digests,
    back: recorded?.back ?? null,
    restorePoints: restorePointsMade(outputs),
    made: doneIn(outputs, 'ensure-database', 'created'),
    seeded: doneIn(outputs, 'seed', 'seeded'),
    restored:
      trigger.kind === 'restore' && isDone
        ? { database: trigger.database, target: Math.trunc(trigger.target.at) }
        : null,
    migrated: history
      .migratedBy(runId)
      .map(({ database, from, verdict, reason }) => ({ database, from, verdict, reason })),
    probes: probesIn(outputs).map((probe) => ({ database: probe.database, words: probeLine(probe) })),
    before: sources.before,
    migrations: (outputs['migration-files'] as { files?: MigrationRecord } | undefined)?.files ?? null,
    settings: environment,
    dropped: [],
  };
}

/** Of a run that has recorded itself what is live is its own. */
function liveBefore({ history, request, runId }: PayloadSources): string | null {
  const [newest, second] = history.entries(request.environment.name, 2);
  return (newest?.runId === runId ? second : newest)?.release.id ?? null;
}

/** Of the steps that succeeded, by id. */
export function outputsOf(steps: PayloadSources['steps']): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    steps.filter(({ status }) => status === 'succeeded').map(({ id, result }) => [id, result]),
  );
}

/** Null until every app is built. */
function digestsOf(
  outputs: Readonly<Record<string, Json>>,
  apps: readonly string[],
): Readonly<Record<string, string>> | null {
  const digests: Record<string, string> = {};
  for (const app of apps) {
    const built = outputs[`build:${app}`] as { image?: string } | undefined;
    if (built?.image === undefined) return null;
    digests[app] = digestOf(built.image);
  }
  return digests;
}

/** The databases of which a step of a kind says that it did it. */
function doneIn(outputs: Readonly<Record<string, Json>>, kind: string, field: string): string[] {
  return Object.entries(outputs).flatMap(([id, output]) => {
    const result = (output ?? {}) as { readonly [key: string]: Json };
    return id.startsWith(`${kind}:`) && result[field] === true ? [id.slice(kind.length + 1)] : [];
  });
}
