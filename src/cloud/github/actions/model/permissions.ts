/** Every scope that `permissions` knows. actions/workflow-parser, workflow-v1.0: permissions-mapping. */
export const PERMISSION_SCOPES = [
  'actions',
  'artifact-metadata',
  'attestations',
  'checks',
  'code-quality',
  'contents',
  'copilot-requests',
  'deployments',
  'discussions',
  'drives',
  'id-token',
  'issues',
  'models',
  'packages',
  'pages',
  'pull-requests',
  'repository-projects',
  'security-events',
  'statuses',
  'vulnerability-alerts',
] as const;

/** A scope of a GITHUB_TOKEN. */
export type PermissionScope = (typeof PERMISSION_SCOPES)[number];

/** How far a scope goes. */
export type PermissionLevel = 'none' | 'read' | 'write';

/** What a workflow or a job asks for: what is not named in a mapping is `none`. */
export type PermissionsAsked =
  | 'read-all'
  | 'write-all'
  | { readonly [Scope in PermissionScope]?: PermissionLevel };

/** What the token of a job may do: scopes that are not named are `none`. `metadata: read` always comes with it. */
export type TokenPermissions = { readonly [Scope in PermissionScope]?: 'read' | 'write' };
