import type { ResolvedEnvironment, ResolvedProject } from '../../config/resolved.ts';
import type { WantedEnvironment } from '../../plan/github-setup/wanted-settings.ts';

/** From where a job of a rehearsal gets a secret. */
export type RehearsedSecret =
  /** The token that the local Fly has for an organization. */
  | { readonly kind: 'organization'; readonly org: string }
  /** What opens the local Neon. */
  | { readonly kind: 'neon' }
  /** The value of the variable of this name, where it is set here. */
  | { readonly kind: 'given' }
  /** Nobody gave one: something stands for it, for no real service is asked. */
  | { readonly kind: 'made-up' };

/** One secret of one environment of the local GitHub. */
export interface RehearsedSecretPlan {
  readonly environment: string;
  readonly name: string;
  readonly from: RehearsedSecret;
}

/**
 * Which secret comes from where. Keys of platforms are those of the local cloud, never the real ones; all else is what
 * is set here, or made up.
 */
export function rehearsalSecrets(
  project: ResolvedProject,
  wanted: readonly WantedEnvironment[],
  isSet: (name: string) => boolean,
): readonly RehearsedSecretPlan[] {
  return wanted.flatMap(({ name: environment, secrets }) => {
    const keys = platformKeys(project.environments.find((each) => each.name === environment));
    return secrets.map(({ name }) => ({
      environment,
      name,
      from: keys.get(name) ?? (isSet(name) ? { kind: 'given' as const } : { kind: 'made-up' as const }),
    }));
  });
}

function platformKeys(environment: ResolvedEnvironment | undefined): ReadonlyMap<string, RehearsedSecret> {
  const keys = new Map<string, RehearsedSecret>();
  for (const app of environment?.apps ?? [])
    if (app.platform === 'fly') keys.set(app.token, { kind: 'organization', org: app.org });
  for (const { provider, token, org } of environment?.databases ?? []) {
    if (token === null) continue;
    if (provider === 'neon') keys.set(token, { kind: 'neon' });
    else if (org !== null && !keys.has(token)) keys.set(token, { kind: 'organization', org });
  }
  return keys;
}
