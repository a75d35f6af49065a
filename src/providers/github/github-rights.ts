/** A right as GitHub calls it: what a GITHUB_TOKEN and an App are granted, and the scope of a classic token with the same. */
export interface GithubRight {
  /** `deployments: write`, as it stands under `permissions:` of a job. */
  readonly permission: string;
  /** Scope of a classic personal access token. */
  readonly scope: string;
  /** Administration and secrets: no GITHUB_TOKEN can be granted them. */
  readonly isBeyondJobs: boolean;
}

const right = (permission: string, scope = 'repo', isBeyondJobs = false): GithubRight => ({
  permission,
  scope,
  isBeyondJobs,
});
const beyondJobs = (permission: string, scope = 'repo'): GithubRight => right(permission, scope, true);

/** Which call needs what (REST, "Permissions required for GitHub Apps"). The first that fits is it. */
const RIGHTS: readonly (readonly [RegExp, RegExp, GithubRight])[] = [
  [/GET/, /\/environments\/[^/]+\/(secrets|variables)/, beyondJobs('environments: read')],
  [/.*/, /\/environments\/[^/]+\/(secrets|variables)/, beyondJobs('environments: write')],
  [/GET/, /\/actions\/secrets/, beyondJobs('secrets: read')],
  [/.*/, /\/actions\/secrets/, beyondJobs('secrets: write')],
  [/GET/, /\/actions\/permissions/, beyondJobs('administration: read')],
  [/.*/, /\/actions\/permissions/, beyondJobs('administration: write')],
  [/GET/, /\/environments(\/|$)/, right('actions: read')],
  [/.*/, /\/environments(\/|$)/, beyondJobs('administration: write')],
  [/GET/, /^(\/api\/v3)?\/orgs\/[^/]+\/teams\//, beyondJobs('members: read', 'read:org')],
  [/GET/, /\/rulesets|\/rules\/|\/collaborators/, right('metadata: read')],
  [/.*/, /\/rulesets/, beyondJobs('administration: write')],
  [/GET/, /\/deployments/, right('deployments: read', 'repo_deployment')],
  [/.*/, /\/deployments/, right('deployments: write', 'repo_deployment')],
  [/POST/, /\/pending_deployments$/, right('deployments: write')],
  [/GET/, /\/actions\//, right('actions: read')],
  [/.*/, /\/actions\//, right('actions: write')],
  [/GET/, /\/check-runs/, right('checks: read')],
  [/GET/, /\/commits\/[^/]+\/status/, right('statuses: read', 'repo:status')],
  [/.*/, /\/statuses\//, right('statuses: write', 'repo:status')],
  [/GET/, /\/pulls/, right('pull-requests: read')],
  [/GET/, /\/issues/, right('issues: read')],
  [/.*/, /\/issues|\/labels/, right('issues: write')],
  [/GET/, /\/labels/, right('issues: read')],
  [/GET/, /\/commits|\/compare|\/git\//, right('contents: read')],
  [/GET/, /.*/, right('metadata: read')],
];

/** The right that a call needs, by our own table: GitHub does not always say. */
export function rightFor(method: string, path: string): GithubRight {
  const found = RIGHTS.find(([methods, paths]) => methods.test(method) && paths.test(path));
  return found?.[2] ?? right('contents: write');
}

/** What GitHub says that a call needs: `deployments=write`; alternatives are kept apart by `;`, and the first is named. */
export function acceptedPermission(header: string | undefined): string | null {
  const [first = ''] = (header ?? '').split(';');
  const permissions = first
    .split(',')
    .map((part) => part.trim().replace('_', '-').replace('=', ': '))
    .filter((part) => part !== '');
  return permissions.length === 0 ? null : permissions.join(', ');
}
