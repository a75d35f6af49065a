import type { ResolvedApp, ResolvedFlyApp } from '../config/resolved.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { StepContext } from '../engine/graph.ts';
import type { StepAction, StepKind } from '../plan/plan.ts';
import { assert } from '../util/assert.ts';
import { appNamed } from './env-values.ts';
import { deploymentInput, type DeploymentInput } from './deployment-input.ts';
import type { PipelineDeps } from './pipeline-deps.ts';
import { digestOf, releaseOf, type MigrationRecord, type Release } from './release.ts';

/** What every executor works with: the engine's context, the stored input and the outside. */
export interface StepScope {
  readonly context: StepContext;
  readonly input: DeploymentInput;
  readonly deps: PipelineDeps;
}

/** The scope of a step of one kind: its action is known too. */
export interface StepScopeOf<K extends StepKind> extends StepScope {
  readonly action: Extract<StepAction, { kind: K }>;
}

/** Opens the scope of a step of one kind. */
export function scopeOf<K extends StepKind>(deps: PipelineDeps, context: StepContext): StepScopeOf<K> {
  return {
    context,
    deps,
    input: deploymentInput(context.input),
    action: context.action as unknown as Extract<StepAction, { kind: K }>,
  };
}

/** What a build or reuse step leaves behind for one app. */
export interface BuiltImage {
  /** `repository@sha256:…`, in the registry of the environment's app. */
  readonly image: string;
  /** Of config and layers; null or missing where an earlier process or an older version built it. */
  readonly bytes?: number | null;
}

/** The image of an app: from its build step, or from the reuse step of a promotion or rollback. */
export function imageOf(scope: StepScope, app: string): string {
  const built = scope.context.outputs[`build:${app}`] as unknown as BuiltImage | undefined;
  if (built !== undefined) return built.image;
  const reused = scope.context.outputs['reuse'] as unknown as { images: Record<string, string> } | undefined;
  const image = reused?.images[app];
  assert(image !== undefined, `no image of ${app} was built or reused before ${scope.context.stepId}`);
  return image;
}

/** The release this run deploys: given with the run, or made of what it built. */
export function releaseInProgress(scope: StepScope): Release {
  const { input } = scope;
  const migrations = migrationsInProgress(scope);
  if (input.release !== null) {
    return migrations === null
      ? input.release
      : { ...input.release, migrations: { ...input.release.migrations, ...migrations } };
  }
  const digests: Record<string, string> = {};
  for (const app of input.environment.apps) {
    if (scope.context.outputs[`build:${app.name}`] === undefined) continue;
    digests[app.name] = digestOf(imageOf(scope, app.name));
  }
  const release = releaseOf(input.commit, input.ref, digests);
  return migrations === null ? release : { ...release, migrations };
}

/** The migration files that this run looked at, by database; null where it migrates nothing. */
export function migrationsInProgress({ context }: StepScope): MigrationRecord | null {
  const looked = context.outputs['migration-files'] as { files: MigrationRecord } | undefined;
  return looked?.files ?? null;
}

/** The Fly app of that name; other platforms are refused before a run starts. */
export function flyAppNamed(scope: StepScope, name: string): ResolvedFlyApp {
  return asFlyApp(appNamed(scope.input.environment, name));
}

/** Narrows an app to one on Fly.io. */
export function asFlyApp(app: ResolvedApp): ResolvedFlyApp {
  if (app.platform !== 'fly') {
    throw new ToolError(
      'PROVIDER_NOT_SUPPORTED',
      `${app.name} runs on ${app.platform}, which this version cannot deploy to.`,
      {
        hint: 'Plan and validate support it; deploying does not yet.',
      },
    );
  }
  return app;
}
