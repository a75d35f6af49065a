import type {
  EnvironmentSettings,
  FoundRuleset,
  FoundSettings,
  LabelSettings,
  RefRules,
} from '../../config/repository-settings.ts';
import { reviewerName } from './from-wire.ts';
import type { GithubClient } from './github-client.ts';
import { isPlanRefusal } from './is-plan-refusal.ts';
import { readRepository } from './read-repository.ts';
import type { WireEnvironment, WireRuleset } from './wire-types.ts';

/** GitHub's largest page. */
const PAGE = 100;

/** Reads every setting that is looked at. */
export async function readSettings(client: GithubClient): Promise<FoundSettings> {
  const repository = await readRepository(client);
  const [environments, rulesets, labels, actions, repositorySecrets] = await Promise.all([
    readEnvironments(client),
    readRulesets(client),
    readLabels(client),
    readActions(client),
    readRepositorySecrets(client),
  ]);
  return { repository, environments, rulesets, labels, actions, repositorySecrets };
}

async function readEnvironments(client: GithubClient): Promise<EnvironmentSettings[]> {
  const { octokit, path, orNull } = client;
  const found = await orNull('read the environments', () =>
    octokit.paginate('GET /repos/{owner}/{repo}/environments', { ...path, per_page: PAGE }),
  );
  // A private repository of a plan without environments has not even the list.
  const environments = (found ?? []) as unknown as readonly WireEnvironment[];
  return Promise.all(environments.map((environment) => readEnvironment(client, environment)));
}

/** Nothing where the plan leaves it out: environments stay when a repository becomes private, and are not shown any more. */
async function unlessLeftOut<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (isPlanRefusal(error)) return null;
    throw error;
  }
}

async function readEnvironment(client: GithubClient, wire: WireEnvironment): Promise<EnvironmentSettings> {
  const { octokit, path, orNull } = client;
  const rules = wire.protection_rules ?? [];
  const review = rules.find((rule) => 'reviewers' in rule);
  const wait = rules.find((rule) => 'wait_timer' in rule);
  const secrets = await unlessLeftOut(
    orNull(`read the names of the secrets of ${wire.name}`, () =>
      octokit.paginate('GET /repos/{owner}/{repo}/environments/{environment_name}/secrets', {
        ...path,
        environment_name: wire.name,
        per_page: PAGE,
      }),
    ),
  );
  return {
    name: wire.name,
    reviewers: (review?.reviewers ?? []).map((each) => reviewerName(path.owner, each)),
    preventsSelfReview: review?.prevent_self_review ?? false,
    waitMinutes: wait?.wait_timer ?? 0,
    refs: (await unlessLeftOut(refsOf(client, wire))) ?? 'any',
    secrets: ((secrets ?? []) as unknown as readonly { name: string }[]).map(({ name }) => name),
  };
}

async function refsOf(
  client: GithubClient,
  { name, deployment_branch_policy: policy }: WireEnvironment,
): Promise<EnvironmentSettings['refs']> {
  if (policy === null || policy === undefined) return 'any';
  return policy.protected_branches ? 'protected' : readRefRules(client, name);
}

/** The rules about refs of an environment that has such. */
export async function readRefRules(
  { octokit, path, run }: GithubClient,
  environment: string,
): Promise<RefRules> {
  const route = 'GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies';
  const found = await run(`read which refs may use ${environment}`, () =>
    octokit.paginate(route, { ...path, environment_name: environment, per_page: PAGE }),
  );
  const policies = found as unknown as readonly { name?: string; type?: string }[];
  const names = (isTag: boolean): string[] =>
    policies.flatMap(({ name, type }) => (name !== undefined && (type === 'tag') === isTag ? [name] : []));
  return { branches: names(false), tags: names(true) };
}

async function readRulesets({ octokit, path, run, orNull }: GithubClient): Promise<FoundRuleset[]> {
  // On a plan without rulesets the list is refused, and setup says so when it comes to make one.
  const listed = await orNull(
    'read the rulesets',
    () =>
      octokit.paginate('GET /repos/{owner}/{repo}/rulesets', {
        ...path,
        includes_parents: false,
        per_page: PAGE,
      }),
    [403, 404],
  );
  const whole = await Promise.all(
    (listed ?? []).map(({ id, name }) =>
      run(`read the ruleset ${name}`, () =>
        octokit.request('GET /repos/{owner}/{repo}/rulesets/{ruleset_id}', { ...path, ruleset_id: id }),
      ),
    ),
  );
  return whole.flatMap(({ data }) => rulesetFrom(data));
}

function rulesetFrom(wire: WireRuleset): FoundRuleset[] {
  const { id, name, target, enforcement, rules = [], conditions, bypass_actors: bypassActors = [] } = wire;
  if (target !== 'branch' && target !== 'tag') return [];
  const refs =
    conditions !== null && conditions !== undefined && 'ref_name' in conditions ? conditions.ref_name : null;
  return [
    {
      id,
      name,
      target,
      enforcement,
      include: refs?.include ?? [],
      exclude: refs?.exclude ?? [],
      rules: rules.map((rule) => ({
        type: rule.type,
        ...('parameters' in rule && rule.parameters !== undefined ? { parameters: rule.parameters } : {}),
      })),
      bypassActors,
    },
  ];
}

async function readLabels({ octokit, path, run }: GithubClient): Promise<LabelSettings[]> {
  const found = await run('read the labels', () =>
    octokit.paginate('GET /repos/{owner}/{repo}/labels', { ...path, per_page: PAGE }),
  );
  return found.map(({ name, color, description }) => ({ name, color, description: description ?? '' }));
}

async function readActions({ octokit, path, run }: GithubClient): Promise<FoundSettings['actions']> {
  const { data } = await run('read what jobs of GitHub Actions may do', () =>
    octokit.request('GET /repos/{owner}/{repo}/actions/permissions/workflow', path),
  );
  return {
    defaultPermissions: data.default_workflow_permissions,
    canApprovePullRequests: data.can_approve_pull_request_reviews,
  };
}

async function readRepositorySecrets({ octokit, path, run }: GithubClient): Promise<string[]> {
  const found = await run('read the names of the secrets', () =>
    octokit.paginate('GET /repos/{owner}/{repo}/actions/secrets', { ...path, per_page: PAGE }),
  );
  return (found as unknown as readonly { name: string }[]).map(({ name }) => name);
}
