import type { EnvValue, ResolvedApp, ResolvedEnvironment } from '../../config/resolved.ts';
import type { PlatformWork } from '../../providers/app-platform.ts';
import { appNamed, databaseNamed, resolveValue } from '../env-values.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';

/** A release as it is tried: which apps stand for the real ones, and which branches for the real databases. */
export interface TrialWorld {
  readonly deps: PipelineDeps;
  readonly environment: ResolvedEnvironment;
  /** App → its throw-away name on the platform. */
  readonly names: ReadonlyMap<string, string>;
  /** Database → the branch that stands for it. */
  readonly branches: ReadonlyMap<string, string>;
}

/** For whom a value is: a machine of the platform, or a command that runs here. */
type ValueReader = 'machine' | 'here';

/** A value as the tried release gets it: every address and database is the one that stands for the real one. */
export async function trialValue(
  { deps, environment, names, branches }: TrialWorld,
  value: EnvValue,
  reader: ValueReader,
  work: PlatformWork,
): Promise<string> {
  if (value.kind === 'url-of' || value.kind === 'public-url-of') {
    const name = names.get(value.app);
    if (name === undefined) return resolveValue(deps, environment, value, work);
    const platform = deps.platformOf(appNamed(environment, value.app));
    return value.kind === 'url-of' ? platform.privateUrl(name) : platform.publicUrl(name);
  }
  if (value.kind !== 'database-url') return resolveValue(deps, environment, value, work);
  const branch = branches.get(value.database);
  // Never the real one: whatever is tried may write.
  if (branch === undefined) throw new Error(`no branch stands for ${value.database}`);
  const database = databaseNamed(environment, value.database);
  const platform = deps.databasePlatformOf(database);
  const { url, outsideUrl } = await platform.address(database, { use: 'app', branch }, work.signal);
  const address = reader === 'here' ? (outsideUrl ?? url) : url;
  deps.hide(address);
  // What an app prints of a refused login may hold the password alone.
  const { password } = new URL(address);
  if (password !== '') deps.hide(decodeURIComponent(password));
  return address;
}

/** Tells an app that it is tried: what should happen once, such as mail, it can leave. */
const TRIAL_VARIABLE = 'GLIDEPATH_TRIAL';

/** The variables of an app: what may be seen, and what is sent as a secret. */
export async function trialVariables(
  world: TrialWorld,
  app: ResolvedApp,
  work: PlatformWork,
): Promise<{ readonly env: Record<string, string>; readonly secrets: Record<string, string> }> {
  const env: Record<string, string> = { [TRIAL_VARIABLE]: '1' };
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(app.env)) {
    const isSecret = value.kind === 'secret' || value.kind === 'database-url';
    (isSecret ? secrets : env)[name] = await trialValue(world, value, 'machine', work);
  }
  return { env, secrets };
}
