import type { ResolvedApp, ResolvedEnvironment, ResolvedFlyApp } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import { cappedLog } from '../capped-log.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import type { Release } from '../release.ts';
import { scopeOf, type StepScope } from '../step-scope.ts';

/** Something that going back would lack, and what brings it back. */
interface Gap {
  readonly what: string;
  readonly mend: string;
}

/** What is proven: the release that is live, with the environment as it was resolved for it. */
interface WayBack {
  readonly scope: StepScope;
  readonly release: Release;
  /** Null when its run is not stored here. */
  readonly environment: ResolvedEnvironment | null;
}

/**
 * Proves that the live release could be gone back to, before anything changes (invariant 13): every image can be pulled
 * (or is pushed again, where building its commit gives the same bytes), and every secret it needs is set. Each image is
 * tagged as ours to be kept. Throws DEPLOY_NO_WAY_BACK, with the mend for each thing that is missing.
 *
 * Deploying the live commit once more is let through whatever is missing: it is the mend.
 */
export function readinessStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'readiness'>(deps, context);
      const live = deps.history.live(scope.input.environment.name);
      if (live === null) {
        context.log('no release is on record yet, so there is nothing to roll back to');
        return { release: null };
      }
      const environment = await deps.environmentOf(live.runId);
      const { release } = live;
      const wayBack: WayBack = { scope, release, environment };
      const gaps: Gap[] = [];
      for (const app of Object.keys(release.digests)) gaps.push(...(await gapsOf(wayBack, app)));
      requireNone(wayBack, gaps);
      return { release: release.id, gaps: gaps.map((gap) => gap.what) };
    },
  };
}

async function gapsOf(wayBack: WayBack, name: string): Promise<Gap[]> {
  const app = appAsItRan(wayBack, name);
  // One that the environment does not have any more is not changed either.
  if (app === null) return [];
  return [...(await imageGaps(wayBack, app)), ...(await secretGaps(wayBack, app))];
}

/** The app as it ran, for its image is built as it was then; as it is written now where that is not known. */
function appAsItRan({ scope, environment }: WayBack, name: string): ResolvedFlyApp | null {
  const isNamed = (app: ResolvedApp): boolean => app.name === name;
  if (!scope.input.environment.apps.some(isNamed)) return null;
  const app = environment?.apps.find(isNamed) ?? scope.input.environment.apps.find(isNamed);
  return app?.platform === 'fly' ? app : null;
}

async function imageGaps(wayBack: WayBack, app: ResolvedFlyApp): Promise<Gap[]> {
  const { scope, release } = wayBack;
  const { deps, context, input } = scope;
  const digest = release.digests[app.name] ?? '';
  const platform = deps.platformOf(app);
  const reference = platform.imageReference(app.platformName, digest);
  const missing = await platform.missingOfImage(reference);
  const short = digest.slice(0, 19);
  if (missing.length > 0 && !(await isPushedAgain(wayBack, app, digest))) {
    const what = missing.includes(digest)
      ? `the image of ${app.name} (${short}) is gone from the registry`
      : `of the image of ${app.name} (${short}) ${missing.length === 1 ? 'a layer is' : `${missing.length} layers are`} gone from the registry`;
    const mend = `glidepath deploy ${input.environment.name} --ref ${release.commit.slice(0, 7)}`;
    return [{ what, mend: `Redeploy what is live, which rebuilds its image: ${mend}` }];
  }
  await platform.keepImage(reference, `glidepath-keep-${release.id}`, context);
  context.log(`${app.name}: ${short} of ${release.id} can be pulled, and is tagged so the registry keeps it`);
  return [];
}

/** Whether the image is there again because its commit still gives the same bytes. */
async function isPushedAgain(
  { scope, release }: WayBack,
  app: ResolvedFlyApp,
  digest: string,
): Promise<boolean> {
  const { deps, context } = scope;
  if (!(await deps.source.hasCommit(release.commit))) return false;
  context.log(
    `${app.name}: ${digest.slice(0, 19)} is gone from the registry; building ${release.commit.slice(0, 7)} again`,
  );
  try {
    const log = cappedLog((line) => context.log(line));
    const image = await deps.builder.build({
      app,
      commit: release.commit,
      log,
      signal: context.signal,
    });
    if (image.digest !== digest) return false;
    const platform = deps.platformOf(app);
    const reference = await platform.pushImage(app.platformName, image, context);
    // A registry may take a push and not give the image out again.
    if ((await platform.missingOfImage(reference)).length === 0) return true;
    context.log(`${app.name}: it was pushed again, but still cannot be pulled`);
    return false;
  } catch (error) {
    if (context.signal.aborted || !(error instanceof ToolError)) throw error;
    context.log(`${app.name}: it could not be brought back: ${error.message}`);
    return false;
  }
}

async function secretGaps({ scope, release }: WayBack, app: ResolvedFlyApp): Promise<Gap[]> {
  const { deps, input } = scope;
  const names = await deps.platformOf(app).secretNames(app.platformName);
  if (names === null) {
    return [
      {
        what: `the app ${app.platformName} is gone`,
        mend: `glidepath deploy ${input.environment.name} --ref ${release.commit.slice(0, 7)}`,
      },
    ];
  }
  const now = input.environment.apps.find((candidate) => candidate.name === app.name);
  // What this deployment sets itself is there before anything could be gone back from.
  const set = new Set([...names, ...(now === undefined ? [] : secretsOf(now))]);
  const missing = secretsOf(app).filter((name) => !set.has(name));
  if (missing.length === 0) return [];
  return [
    {
      what: `${missing.join(', ')} that ${app.name} of ${release.id} needs ${missing.length === 1 ? 'is' : 'are'} not set any more`,
      mend: `Set it again, with the value it had: fly secrets set ${missing.map((name) => `${name}=…`).join(' ')} --stage -a ${app.platformName}`,
    },
  ];
}

function secretsOf(app: ResolvedApp): string[] {
  return Object.entries(app.env)
    .filter(([, value]) => value.kind === 'secret' || value.kind === 'database-url')
    .map(([name]) => name);
}

function requireNone({ scope, release }: WayBack, gaps: readonly Gap[]): void {
  const { environment, commit } = scope.input;
  const [first] = gaps;
  if (first === undefined) return;
  if (commit === release.commit) {
    for (const gap of gaps) scope.context.log(`${gap.what}; redeploying the same commit fixes it`);
    return;
  }
  throw new ToolError(
    'DEPLOY_NO_WAY_BACK',
    `${environment.name} could not be rolled back to ${release.id}: ${first.what}.`,
    { hint: first.mend, output: gaps.map((gap) => `${gap.what}. ${gap.mend}`) },
  );
}
