import type { ResolvedApp, ResolvedEnvironment } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../../providers/app-platform.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { trialName } from './trial-apps.ts';

type LifeDeps = Pick<PipelineDeps, 'platformOf' | 'history' | 'clock' | 'random'>;

/** Which apps are made. */
export interface TrialAppsOptions {
  readonly environment: ResolvedEnvironment;
  readonly apps: readonly ResolvedApp[];
}

/** How often it is written down that an app is needed. */
const RENEW_MS = 5_000;
/** One that was not said to be needed for so long was left by a process that is dead. */
const ABANDONED_MS = 30_000;

/**
 * Runs `use` with throw-away names for some apps, and removes whatever was made under them, however that ends. Removes
 * what earlier trials left behind that died.
 */
export async function withTrialApps<T>(
  deps: LifeDeps,
  { environment, apps }: TrialAppsOptions,
  work: PlatformWork,
  use: (names: ReadonlyMap<string, string>) => Promise<T>,
): Promise<T> {
  await removeTrialLeftovers(deps, environment, work);
  const id = newId(deps);
  const names = new Map(apps.map((app) => [app.name, trialName(app.platformName, id)]));
  const keep = (): void => {
    for (const [app, platformName] of names)
      deps.history.keepTrialApp({ platformName, environment: environment.name, app }, deps.clock.now());
  };
  keep();
  const renewing = new AbortController();
  const renewed = renew(deps, keep, renewing.signal);
  try {
    return await use(names);
  } finally {
    renewing.abort();
    await renewed;
    await Promise.all(apps.map((app) => remove(deps, app, names.get(app.name) ?? '', work)));
  }
}

/** Removes the apps of trials whose process is dead. */
async function removeTrialLeftovers(
  deps: LifeDeps,
  environment: ResolvedEnvironment,
  work: PlatformWork,
): Promise<void> {
  for (const { app, platformName } of deps.history.trialAppsLeft(
    environment.name,
    deps.clock.now() - ABANDONED_MS,
  )) {
    // One that the config does not have any more is asked of whatever platform there is.
    const known = environment.apps.find(({ name }) => name === app) ?? environment.apps[0];
    if (known !== undefined) await remove(deps, known, platformName, work);
  }
}

/** The time and three random characters: two trials of one moment differ. */
function newId({ clock, random }: LifeDeps): string {
  const suffix = Math.floor(random() * 36 ** 3).toString(36);
  return `${clock.now().toString(36)}${suffix.padStart(3, '0')}`;
}

async function renew({ clock }: LifeDeps, keep: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(RENEW_MS, signal).catch(() => undefined);
    if (!signal.aborted) keep();
  }
}

/** Not under the work's own signal: what was stopped still has apps to remove. */
async function remove(
  deps: LifeDeps,
  app: ResolvedApp,
  platformName: string,
  work: PlatformWork,
): Promise<void> {
  try {
    const unstopped = { ...work, signal: new AbortController().signal };
    await deps.platformOf(app).destroyApp(platformName, { isEphemeral: true }, unstopped);
    deps.history.forgetTrialApp(platformName);
  } catch (error) {
    // How the trial went counts for more.
    if (!(error instanceof ToolError)) throw error;
    work.log(`! the app ${platformName} could not be removed; the next trial will: ${error.message}`);
  }
}
