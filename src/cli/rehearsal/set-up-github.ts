import { createHmac } from 'node:crypto';
import { organizationToken } from '../../cloud/control/client.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import { Secret } from '../../diagnostics/secret.ts';
import { applySettings } from '../../pipeline/github-setup/apply-settings.ts';
import { planSettings } from '../../plan/github-setup/plan-settings.ts';
import { wantedSettings, type WantedSettings } from '../../plan/github-setup/wanted-settings.ts';
import { createGithubSettings } from '../../providers/github/github-settings.ts';
import type { GithubOptions } from '../../providers/github/github-options.ts';
import { assert, unreachable } from '../../util/assert.ts';
import type { LocalCloud } from '../platforms/local-cloud.ts';
import type { SecretVault } from '../platforms/secret-vault.ts';
import type { LocalGithub } from './local-github.ts';
import { rehearsalSecrets, type RehearsedSecretPlan } from './rehearsal-secrets.ts';

/** What the set-up of a rehearsal is made with. */
export interface SetUpOptions {
  readonly project: ResolvedProject;
  readonly cloud: LocalCloud;
  readonly github: GithubOptions;
  readonly local: LocalGithub;
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
  const mark = markOf(options, [wanted, secrets, [...values.values()].map((value) => value.reveal())]);
  if (!(await isMarked(options.local, mark))) {
    await bringTo(options, wanted, { secrets, values });
    await options.local.call('PATCH', `/repos/${options.local.repository}`, { body: { description: mark } });
  }
  return secrets.filter(({ from }) => from.kind === 'made-up');
}

/** The rule that makes a queue of a branch; its numbers are those that GitHub begins with. */
const QUEUE_RULESET = 'Rehearsed merge queue';
const QUEUE_RULE = {
  type: 'merge_queue',
  parameters: {
    check_response_timeout_minutes: 60,
    grouping_strategy: 'ALLGREEN',
    max_entries_to_build: 5,
    max_entries_to_merge: 5,
    merge_method: 'MERGE',
    min_entries_to_merge: 1,
    min_entries_to_merge_wait_minutes: 0,
  },
};

/** With a queue nobody pushes to the main branch: so its rules hold only while one is rehearsed. */
async function switchBranchRules({ local, project, hasBranchRules }: SetUpOptions): Promise<void> {
  const path = `/repos/${local.repository}/rulesets`;
  const found = (await local.call('GET', path)) as readonly { id: number; name: string; target: string }[];
  const enforcement = hasBranchRules ? 'active' : 'disabled';
  for (const { id, target } of found)
    if (target === 'branch') await local.call('PUT', `${path}/${id}`, { body: { enforcement } });
  if (!hasBranchRules || found.some(({ name }) => name === QUEUE_RULESET)) return;
  const include = [`refs/heads/${project.mainBranch}`];
  await local.call('POST', path, {
    body: {
      name: QUEUE_RULESET,
      target: 'branch',
      enforcement,
      conditions: { ref_name: { include, exclude: [] } },
      rules: [QUEUE_RULE],
    },
  });
}

/**
 * What the repository is described with once it is set up: so that the next rehearsal, of the same settings, need not ask
 * for all of them. Nobody can tell from it what the secrets are.
 */
function markOf({ cloud, hasBranchRules }: SetUpOptions, facts: readonly unknown[]): string {
  const sum = createHmac('sha256', cloud.token).update(JSON.stringify([facts, hasBranchRules]));
  return `Set up by Glidepath for rehearsals (${sum.digest('hex').slice(0, MARK_DIGITS)})`;
}

const MARK_DIGITS = 16;

async function isMarked(local: LocalGithub, mark: string): Promise<boolean> {
  const found = (await local.call('GET', `/repos/${local.repository}`)) as { description: string | null };
  return found.description === mark;
}

async function bringTo(
  options: SetUpOptions,
  wanted: WantedSettings,
  given: {
    readonly secrets: readonly RehearsedSecretPlan[];
    readonly values: ReadonlyMap<RehearsedSecretPlan, Secret>;
  },
): Promise<void> {
  const { secrets, values } = given;
  await ensureReviewers(options.local, wanted);
  const settings = createGithubSettings(options.github);
  const rulesets = wanted.rulesets.filter(({ target }) => options.hasBranchRules || target === 'tag');
  const changes = planSettings({ ...wanted, rulesets }, await settings.found(), secrets);
  const secretOf = (environment: string, name: string): Secret => {
    const plan = secrets.find((each) => each.environment === environment && each.name === name);
    const value = plan === undefined ? undefined : values.get(plan);
    assert(value !== undefined, `a value for ${name} of ${environment}`);
    return value;
  };
  for (const { outcome } of await applySettings({ settings, secretOf }, changes))
    if (outcome?.kind === 'failed') throw outcome.error;
  await switchBranchRules(options);
}

/** Reviewers are people of the real GitHub: here they have to be made before anybody can ask them. Teams are not. */
async function ensureReviewers(local: LocalGithub, { environments }: WantedSettings): Promise<void> {
  const logins = environments
    .flatMap(({ review }) => review?.reviewers ?? [])
    .filter((each) => !each.includes('/'));
  for (const login of new Set(logins)) await local.ensureMember(login);
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
