import { cappedLog } from '../capped-log.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { digestOf } from '../release.ts';
import { flyAppNamed, scopeOf, type StepScope } from '../step-scope.ts';

/** Builds an app from the commit and pushes the image to its registry; the result is the image by digest. */
export function buildStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'build'>(deps, context);
      const { app } = scope.action;
      const before = await builtBefore(scope, app);
      const { image, bytes } =
        before === null ? await buildAndPush(scope, app) : { image: before, bytes: null };
      requireSameAsPassed(scope, app, digestOf(image));
      requireSameAsJudged(scope, app, digestOf(image));
      return { image, bytes };
    },
  };
}

/** Proves that the artifacts of an existing release are there, and brings them to this environment's registry. */
export function reuseStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'reuse'>(deps, context);
      const images: Record<string, string> = {};
      for (const [app, digest] of Object.entries(scope.input.release?.digests ?? {})) {
        if (!scope.input.environment.apps.some((candidate) => candidate.name === app)) continue;
        images[app] = await bring(scope, app, digest);
      }
      return { images };
    },
  };
}

async function bring(scope: StepScope, name: string, digest: string): Promise<string> {
  const app = flyAppNamed(scope, name);
  const platform = scope.deps.platformOf(app);
  await platform.ensureApp(app, app.platformName, scope.context);
  const reference = platform.imageReference(app.platformName, digest);
  if (await platform.hasImage(reference)) {
    scope.context.log(`${name}: ${digest.slice(0, 19)} is in the registry`);
    return reference;
  }
  scope.context.log(`${name}: ${digest.slice(0, 19)} is not in this registry yet`);
  const { image } = await buildAndPush(scope, name);
  if (digestOf(image) === digest) return image;
  throw new ToolError(
    'DEPLOY_IMAGE_MISSING',
    `The image of ${name} (${digest.slice(0, 19)}) is gone from the registry, and rebuilding its commit gives different bytes.`,
    {
      hint: `Deploy the commit as a new release: glidepath deploy ${scope.input.environment.name} --ref ${scope.input.commit.slice(0, 7)}`,
    },
  );
}

/** The image that an earlier process of this run has built already, if the registry still has it. */
async function builtBefore(scope: StepScope, name: string): Promise<string | null> {
  const digest = scope.input.built?.[name];
  if (digest === undefined) return null;
  const app = flyAppNamed(scope, name);
  const platform = scope.deps.platformOf(app);
  const reference = platform.imageReference(app.platformName, digest);
  if (!(await platform.hasImage(reference))) return null;
  scope.context.log(`${name}: ${digest.slice(0, 19)} was built before, and is in the registry`);
  return reference;
}

/** Builds an app from the commit and pushes its image; returns `repository@sha256:…` and its size. */
export async function buildAndPush(
  scope: StepScope,
  name: string,
): Promise<{ readonly image: string; readonly bytes: number }> {
  const app = flyAppNamed(scope, name);
  const platform = scope.deps.platformOf(app);
  const built = await scope.deps.builder.build({
    app,
    commit: scope.input.commit,
    log: cappedLog((line) => scope.context.log(line)),
    signal: scope.context.signal,
  });
  await platform.ensureApp(app, app.platformName, scope.context);
  const image = await platform.pushImage(app.platformName, built, scope.context);
  scope.context.log(
    `${name}: ${digestOf(image).slice(0, 19)} · ${Math.ceil(built.sizeBytes / 1024)} kB · for ${built.mode === 'container' ? 'containers' : 'processes'}`,
  );
  return { image, bytes: built.sizeBytes };
}

/** The gate quality() judged an image: that one is deployed, and no other (invariant 3). */
function requireSameAsJudged({ context }: StepScope, app: string, digest: string): void {
  const judged = context.outputs['gate:quality'] as { images?: Record<string, string> } | undefined;
  const expected = judged?.images?.[app];
  if (expected === undefined || expected === digest) return;
  throw new ToolError(
    'GATE_REFUSED',
    `The image of ${app} is ${digest.slice(0, 19)}, and the gate quality() judged ${expected.slice(0, 19)}.`,
    { hint: 'Deploy the commit again: it is then rebuilt and judged again.' },
  );
}

/** A commit that passed a `passed(…)` gate must give the very digests that passed there (invariant 3). */
function requireSameAsPassed(scope: StepScope, app: string, digest: string): void {
  for (const gate of scope.input.environment.gates) {
    if (gate.kind !== 'passed') continue;
    const passed = scope.deps.history.passed(gate.environment, scope.input.commit);
    const expected = passed?.digests[app];
    if (passed === null || expected === undefined || expected === digest) continue;
    throw new ToolError(
      'GATE_REFUSED',
      `The image of ${app} is not the one that passed in ${gate.environment} (${passed.id}).`,
      {
        hint: `Promote what passed: glidepath promote ${gate.environment} ${scope.input.environment.name}`,
      },
    );
  }
}
