import { organizationToken } from '../../cloud/control/client.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import { Secret } from '../../diagnostics/secret.ts';
import { applySettings } from '../../pipeline/github-setup/apply-settings.ts';
import { planSettings } from '../../plan/github-setup/plan-settings.ts';
import { wantedSettings } from '../../plan/github-setup/wanted-settings.ts';
import { createGithubSettings } from '../../providers/github/github-settings.ts';
import type { GithubOptions } from '../../providers/github/github-options.ts';
import { unreachable } from '../../util/assert.ts';
import type { LocalCloud } from '../local-cloud.ts';
import type { SecretVault } from '../secret-vault.ts';
import { rehearsalSecrets, type RehearsedSecretPlan } from './rehearsal-secrets.ts';

/** What the set-up of a rehearsal is made with. */
export interface SetUpOptions {
  readonly project: ResolvedProject;
  readonly cloud: LocalCloud;
  readonly github: GithubOptions;
  readonly vault: SecretVault;
  /** Whether rules about who may push to a branch hold. A push stands for a merge, which they let through. */
  readonly hasBranchRules: boolean;
}

/**
 * Gives the repository on the local GitHub what `github setup` gives the real one: environments, rules, secrets. Returns
 * the secrets that nobody gave a value for, and that something made up stands for.
 */
export async function setUpGithub(options: SetUpOptions): Promise<readonly RehearsedSecretPlan[]> {
  const { project, cloud, vault } = options;
  const wanted = wantedSettings(project);
  const secrets = rehearsalSecrets(project, wanted.environments, (name) => (vault.read(name) ?? '') !== '');
  const values = new Map<RehearsedSecretPlan, Secret>();
  for (const secret of secrets) values.set(secret, await valueOf(secret, cloud, vault));
  const settings = createGithubSettings(options.github);
  const rulesets = wanted.rulesets.filter(({ target }) => options.hasBranchRules || target === 'tag');
  const changes = planSettings({ ...wanted, rulesets }, await settings.found(), secrets);
  const applied = await applySettings(
    {
      settings,
      secretOf(environment, name) {
        const plan = secrets.find((each) => each.environment === environment && each.name === name);
        return (plan === undefined ? undefined : values.get(plan)) ?? new Secret('');
      },
    },
    changes,
  );
  for (const { outcome } of applied) if (outcome?.kind === 'failed') throw outcome.error;
  return secrets.filter(({ from }) => from.kind === 'made-up');
}

async function valueOf(
  { name, from }: RehearsedSecretPlan,
  cloud: LocalCloud,
  vault: SecretVault,
): Promise<Secret> {
  switch (from.kind) {
    case 'organization':
      return new Secret(await organizationToken(cloud, from.org));
    case 'neon':
      return new Secret(cloud.token);
    case 'given':
      return new Secret(vault.read(name) ?? '');
    case 'made-up':
      return new Secret(`made-up-for-the-rehearsal-${name.toLowerCase().replaceAll('_', '-')}`);
    default:
      return unreachable(from);
  }
}
