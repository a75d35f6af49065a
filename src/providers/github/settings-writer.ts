import type {
  EnvironmentSettings,
  FoundRuleset,
  RefRules,
  RulesetSettings,
} from '../../config/repository-settings.ts';
import type { Secret } from '../../diagnostics/secret.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CodeHostSettings } from '../code-host-settings.ts';
import type { GithubClient } from './github-client.ts';
import { sealSecret } from './seal-secret.ts';
import { NOT_REPEATED, sendOnce } from './send-once.ts';
import { readRefRules, readSettings } from './settings-reader.ts';

/** Everything that changes settings. Each call makes sure of something, so that it may be carried out twice. */
export function settingsWriter(client: GithubClient): CodeHostSettings {
  const { octokit, path, run } = client;
  return {
    found: () => readSettings(client),
    saveEnvironment: (settings, newRefs) => saveEnvironment(client, settings, newRefs),
    saveRuleset: (ruleset, found) => saveRuleset(client, ruleset, found),
    saveLabel: (label) => saveLabel(client, label),
    async saveActions({ defaultPermissions, canApprovePullRequests }) {
      await run('say what jobs of GitHub Actions may do', () =>
        octokit.request('PUT /repos/{owner}/{repo}/actions/permissions/workflow', {
          ...path,
          default_workflow_permissions: defaultPermissions,
          can_approve_pull_request_reviews: canApprovePullRequests,
        }),
      );
    },
    setSecret: (environment, name, value) => setSecret(client, environment, name, value),
  };
}

async function saveEnvironment(
  client: GithubClient,
  { name, reviewers, preventsSelfReview, waitMinutes, refs }: EnvironmentSettings,
  newRefs: RefRules,
): Promise<void> {
  const { octokit, path, run } = client;
  const ids = await Promise.all(reviewers.map((reviewer) => reviewerOf(client, reviewer)));
  await run(`save the environment ${name}`, () =>
    octokit.request('PUT /repos/{owner}/{repo}/environments/{environment_name}', {
      ...path,
      environment_name: name,
      wait_timer: waitMinutes,
      prevent_self_review: preventsSelfReview,
      reviewers: ids,
      deployment_branch_policy:
        refs === 'any'
          ? null
          : { protected_branches: refs === 'protected', custom_branch_policies: refs !== 'protected' },
    }),
  );
  for (const branch of newRefs.branches) await addRefRule(client, name, branch, 'branch');
  for (const tag of newRefs.tags) await addRefRule(client, name, tag, 'tag');
}

/** GitHub takes reviewers by number. */
async function reviewerOf(
  { octokit, orNull, path, repository }: GithubClient,
  name: string,
): Promise<{ type: 'User' | 'Team'; id: number }> {
  const [org, team] = name.split('/');
  const isTeam = org !== undefined && team !== undefined;
  const found = isTeam
    ? await orNull(`look up the team ${name}`, () =>
        octokit.request('GET /orgs/{org}/teams/{team_slug}', { org, team_slug: team }),
      )
    : await orNull(`look up ${name}`, () => octokit.request('GET /users/{username}', { username: name }));
  if (found !== null) return { type: isTeam ? 'Team' : 'User', id: Number(found.data.id) };
  throw new ToolError(
    'PROVIDER_NOT_FOUND',
    `GitHub knows no ${isTeam ? 'team' : 'user'} ${name} to review deployments of ${repository}.`,
    {
      hint: isTeam
        ? `See the teams there are: gh api orgs/${org}/teams --jq '.[].slug'. The token needs members: read.`
        : `Check the name in approval({ by: 'reviewers', approvers: […] }): gh api repos/${path.owner}/${path.repo}/collaborators --jq '.[].login'`,
    },
  );
}

async function addRefRule(
  client: GithubClient,
  environment: string,
  pattern: string,
  type: 'branch' | 'tag',
): Promise<void> {
  const { octokit, path } = client;
  await sendOnce<true>(client, {
    words: `let ${type} ${pattern} use ${environment}`,
    async send() {
      await octokit.request(
        'POST /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies',
        {
          ...path,
          environment_name: environment,
          name: pattern,
          type,
          request: NOT_REPEATED,
        },
      );
      return true;
    },
    async find() {
      const { branches, tags } = await readRefRules(client, environment);
      return (type === 'tag' ? tags : branches).includes(pattern) ? true : null;
    },
  });
}

async function saveRuleset(
  client: GithubClient,
  ruleset: RulesetSettings,
  found: FoundRuleset | null,
): Promise<void> {
  const { octokit, path, run } = client;
  const { name, target, enforcement, include, exclude } = ruleset;
  const body = {
    ...path,
    name,
    target,
    enforcement,
    conditions: { ref_name: { include: [...include], exclude: [...exclude] } },
    // Rules are handed on as GitHub describes them; its type knows each kind by itself.
    rules: ruleset.rules as never,
  };
  if (found !== null) {
    await run(`change the ruleset ${name}`, () =>
      octokit.request('PUT /repos/{owner}/{repo}/rulesets/{ruleset_id}', { ...body, ruleset_id: found.id }),
    );
    return;
  }
  await sendOnce<true>(client, {
    words: `make the ruleset ${name}`,
    async send() {
      await octokit.request('POST /repos/{owner}/{repo}/rulesets', { ...body, request: NOT_REPEATED });
      return true;
    },
    async find() {
      const { data } = await octokit.request('GET /repos/{owner}/{repo}/rulesets', {
        ...path,
        includes_parents: false,
      });
      return data.some((each) => each.name === name) ? true : null;
    },
  });
}

async function saveLabel(
  client: GithubClient,
  label: Parameters<CodeHostSettings['saveLabel']>[0],
): Promise<void> {
  const { octokit, path, orNull } = client;
  const { name, color, description } = label;
  await sendOnce<true>(client, {
    words: `make the label ${name}`,
    async send() {
      await octokit.request('POST /repos/{owner}/{repo}/labels', {
        ...path,
        name,
        color,
        description,
        request: NOT_REPEATED,
      });
      return true;
    },
    async find() {
      const found = await orNull(`read the label ${name}`, () =>
        octokit.request('GET /repos/{owner}/{repo}/labels/{name}', { ...path, name }),
      );
      return found === null ? null : true;
    },
  });
}

async function setSecret(
  { octokit, path, run }: GithubClient,
  environment: string,
  name: string,
  value: Secret,
): Promise<void> {
  const place = { ...path, environment_name: environment };
  const { data: key } = await run(`read the key for secrets of ${environment}`, () =>
    octokit.request('GET /repos/{owner}/{repo}/environments/{environment_name}/secrets/public-key', place),
  );
  const sealed = await sealSecret(value, key.key);
  await run(`set the secret ${name} of ${environment}`, () =>
    octokit.request('PUT /repos/{owner}/{repo}/environments/{environment_name}/secrets/{secret_name}', {
      ...place,
      secret_name: name,
      encrypted_value: sealed,
      key_id: key.key_id,
    }),
  );
}
