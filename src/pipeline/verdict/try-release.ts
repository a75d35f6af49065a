import type { ResolvedEnvironment, ResolvedFlyApp } from '../../config/resolved.ts';
import type { ErrorCode } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { TrialCell } from '../../migrations/verdict/rollback-verdict.ts';
import type { PlatformWork } from '../../providers/app-platform.ts';
import { asFlyApp, type StepScope } from '../step-scope.ts';
import { requireHealthy } from '../steps/health.ts';
import { runSmoke } from '../steps/smoke.ts';
import { requireStillUp } from './require-still-up.ts';
import { appsToTry } from './trial-apps.ts';
import { withTrialApps } from './trial-apps-life.ts';
import { trialValue, trialVariables, type TrialWorld } from './trial-world.ts';

/** A release, as it is to be tried. */
export interface TriedRelease {
  readonly code: TrialCell['code'];
  /** Null where it is not known yet. */
  readonly id: string | null;
  readonly commit: string;
  /** As it was resolved for that release. */
  readonly environment: ResolvedEnvironment;
  /** App → `repository@sha256:…`. */
  readonly images: ReadonlyMap<string, string>;
}

/** On what it is tried. */
export interface TrialGround {
  readonly schema: TrialCell['schema'];
  readonly database: string;
  /** Database → the branch that stands for it. */
  readonly branches: ReadonlyMap<string, string>;
  /** Done while the release is up and has passed; then it is asked again: what was written meanwhile must not hurt it. */
  readonly meanwhile?: () => Promise<void>;
}

/** What a release is to blame for. Whatever else goes wrong says nothing of it. */
const ITS_FAULT: readonly ErrorCode[] = [
  'DEPLOY_UNHEALTHY',
  'DEPLOY_EXITED',
  'HEALTH_FAILED',
  'SMOKE_FAILED',
];

/**
 * Runs a release for real, by its images, on throw-away apps that are led to branches, asks their health and its smoke
 * test, and removes the apps. Throws only where it was stopped.
 */
export async function tryRelease(
  scope: StepScope,
  release: TriedRelease,
  ground: TrialGround,
): Promise<TrialCell> {
  const { deps, context } = scope;
  const { environment } = release;
  const apps = appsToTry(environment, ground.database).filter(({ name }) => release.images.has(name));
  const cell = { code: release.code, schema: ground.schema };
  const words = `${release.code} release${release.id === null ? '' : ` ${release.id}`} on the ${ground.schema} schema`;
  const work = ownJournal(
    context,
    `trial/${release.code}-${ground.schema}`,
    `${release.code} on ${ground.schema}: `,
  );
  let names: ReadonlyMap<string, string> = new Map();
  try {
    const flyApps = apps.map(asFlyApp);
    await withTrialApps(deps, { environment, apps }, work, async (made) => {
      names = made;
      await carryOut(scope, release, { ...ground, apps: flyApps, names, work });
    });
    context.log(`${words}: works`);
    return { ...cell, result: 'passed', app: null, failed: null, message: null, output: [] };
  } catch (error) {
    if (context.signal.aborted || !(error instanceof ToolError)) throw error;
    const said = (text: string): string => deps.redact(plainNames(text, names));
    const isItsFault = ITS_FAULT.includes(error.code);
    const message = said(error.message);
    context.log(`${words}: ${isItsFault ? 'fails' : 'could not be tried'}: ${message}`);
    return {
      ...cell,
      result: isItsFault ? 'failed' : 'not-tried',
      app: [...names].find(([, name]) => error.message.includes(name))?.[0] ?? null,
      failed: !isItsFault ? null : error.code === 'SMOKE_FAILED' ? 'smoke' : 'health',
      message,
      output: error.output.map(said),
    };
  }
}

interface Trial extends TrialGround {
  readonly apps: readonly ResolvedFlyApp[];
  readonly names: ReadonlyMap<string, string>;
  readonly work: PlatformWork;
}

async function carryOut(scope: StepScope, release: TriedRelease, trial: Trial): Promise<void> {
  const { deps } = scope;
  const { apps, names, work } = trial;
  // Each deployment has a journal of its own: in one for all, the second app would find the machines of the first.
  const workOf = ({ name }: ResolvedFlyApp): PlatformWork => ownJournal(work, name, '');
  const world: TrialWorld = { deps, environment: release.environment, names, branches: trial.branches };
  // All of them first: the variables of one may name another.
  for (const app of apps)
    await deps.platformOf(app).ensureApp(trialApp(app), nameIn(names, app), workOf(app));
  for (const wave of release.environment.deployOrder) {
    const ofWave = apps.filter(({ name }) => wave.includes(name));
    await all(ofWave.map((app) => start(scope, release, { world, app, work: workOf(app) })));
  }
  await ask(scope, release, world, trial);
  if (trial.meanwhile === undefined) return;
  await trial.meanwhile();
  work.log('asked again, for the other release has written meanwhile');
  await ask(scope, release, world, trial);
}

/** One machine that does not sleep, without the names that lead to the real one. */
function trialApp(app: ResolvedFlyApp): ResolvedFlyApp {
  const region = app.regions.find(({ count }) => count > 0) ?? app.regions[0];
  return {
    ...app,
    regions: region === undefined ? [] : [{ region: region.region, count: 1 }],
    strategy: 'immediate',
    sleep: 'never',
    minMachinesRunning: 0,
    domains: [],
  };
}

async function start(
  { deps }: StepScope,
  { environment, id, commit, images }: TriedRelease,
  { world, app, work }: { world: TrialWorld; app: ResolvedFlyApp; work: PlatformWork },
): Promise<void> {
  const platform = deps.platformOf(app);
  const platformName = nameIn(world.names, app);
  const { env, secrets } = await trialVariables(world, app, work);
  await platform.setSecrets(platformName, secrets, work);
  const releaseId = id ?? `r-${commit.slice(0, 7)}`;
  await platform.deploy(
    {
      app: trialApp(app),
      platformName,
      image: images.get(app.name) ?? '',
      releaseId,
      commit,
      env: {
        GLIDEPATH_ENVIRONMENT: environment.name,
        GLIDEPATH_RELEASE: releaseId,
        GLIDEPATH_COMMIT: commit,
        ...env,
      },
    },
    work,
  );
}

/** What a deployment would be judged by: health by the public address, the smoke test, and that nothing has ended. */
async function ask(
  scope: StepScope,
  { environment, commit }: TriedRelease,
  world: TrialWorld,
  { apps, names, work }: Trial,
): Promise<void> {
  const { deps } = scope;
  for (const app of apps) {
    if (app.health === null) continue;
    const base = await deps.platformOf(app).publicUrl(nameIn(names, app));
    const url = new URL(app.health.path, base).href;
    await requireHealthy({ ...scope, context: { ...scope.context, ...work } }, url, app.health.withinMs);
  }
  const { smoke } = environment;
  if (smoke !== null) {
    const env: Record<string, string> = {};
    for (const [name, value] of Object.entries(smoke.env))
      env[name] = await trialValue(world, value, 'here', work);
    await runSmoke(deps, { environment: environment.name, smoke, commit, env }, work);
  }
  for (const app of apps) await requireStillUp(deps, app, nameIn(names, app), work);
}

function nameIn(names: ReadonlyMap<string, string>, app: ResolvedFlyApp): string {
  return names.get(app.name) ?? app.platformName;
}

/** Throw-away names say nothing to anybody when they are gone. */
function plainNames(text: string, names: ReadonlyMap<string, string>): string {
  let plain = text;
  for (const [app, name] of names) plain = plain.replaceAll(name, app);
  return plain;
}

/** A trial is not gone on with by another process: what it journals is forgotten with it. */
function ownJournal(work: PlatformWork, key: string, prefix: string): PlatformWork {
  const journal = new Map<string, unknown>();
  return {
    idempotencyKey: `${work.idempotencyKey}/${key}`,
    signal: work.signal,
    async once(name, fn) {
      if (!journal.has(name)) journal.set(name, await fn());
      return journal.get(name) as Awaited<ReturnType<typeof fn>>;
    },
    recorded: (name) => journal.get(name) as ReturnType<PlatformWork['recorded']>,
    log: (line) => work.log(`${prefix}${line}`),
  };
}

/** All to their end, then the first that failed. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(works);
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}
