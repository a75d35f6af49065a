import type { ResolvedFlyApp } from '../../config/resolved.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { hasStatus } from './client/fly-api-error.ts';
import type { FlyClient } from './client/fly-client.ts';
import { appPath } from './client/machines-api.ts';

/** Whose access is asked about: an app, or whatever else is one on Fly. */
type AccessSubject = Pick<ResolvedFlyApp, 'name' | 'platformName' | 'org' | 'token'>;

/** Whether an app can be worked on with its token. */
export interface Access {
  readonly exists: boolean;
  readonly problem: Diagnostic | null;
}

/** What the API answered: the thing, or one of the refusals that tell something. */
type Answer = { readonly status: 200; readonly body: unknown } | { readonly status: 401 | 403 | 404 };

/** What a token says of itself (OpenAPI, `main.tokenInfo`). */
interface TokenInfo {
  readonly org_slug?: string;
  /** Of a deploy token, the apps it is for. */
  readonly apps?: readonly string[] | null;
}

/** The organization that every account has; the API may call it by another slug than its owner does. */
const PERSONAL = 'personal';

/**
 * Whether the token of an app may do what a deployment needs: deploy to the app, or make it where it does not exist.
 * 404 on an app is a free name, or no sight of it; 403 is a name that another organization holds, or a token without
 * the right (fly-go, flaps_apps.go). Which of them is told by the organization's list and by the token itself.
 */
export async function findAccessProblem(
  client: FlyClient,
  environment: string,
  app: AccessSubject,
): Promise<Access> {
  const name = app.platformName;
  const found = await ask(client, appPath(name), `app ${name}`, name);
  if (found.status === 401) return { exists: false, problem: badToken(environment, app) };
  if (found.status === 200) return { exists: true, problem: otherOrganization(environment, app, found.body) };
  const listed = await ask(client, '/v1/apps', `the apps of ${app.org}`, app.org, { org_slug: app.org });
  if (listed.status === 401) return { exists: false, problem: badToken(environment, app) };
  if (listed.status === 200) {
    const { apps = [] } = listed.body as { apps?: readonly { readonly name: string }[] | null };
    const isOurs = (apps ?? []).some((other) => other.name === name);
    if (isOurs)
      return { exists: true, problem: withoutRight(environment, app, `deploy to app ${name}`, null) };
    return { exists: false, problem: found.status === 403 ? nameTaken(environment, app) : null };
  }
  const token = await tokenInfo(client);
  if (listed.status === 404 && token?.org_slug !== app.org) {
    return { exists: false, problem: unknownOrganization(environment, app) };
  }
  const right =
    found.status === 404
      ? `read apps of org ${app.org} and create ${name} there`
      : `read apps of org ${app.org} and deploy to app ${name}`;
  return { exists: false, problem: withoutRight(environment, app, right, token) };
}

async function ask(
  client: FlyClient,
  path: string,
  resource: string,
  subject: string,
  query: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  try {
    return { status: 200, body: await client.send({ method: 'GET', path, query, resource, subject }) };
  } catch (error) {
    if (hasStatus(error, 401)) return { status: 401 };
    if (hasStatus(error, 403)) return { status: 403 };
    if (hasStatus(error, 404)) return { status: 404 };
    throw error;
  }
}

async function tokenInfo(client: FlyClient): Promise<TokenInfo | null> {
  const answer = await ask(client, '/v1/tokens/current', 'the token', 'token');
  if (answer.status !== 200) return null;
  const { tokens } = answer.body as { tokens?: readonly TokenInfo[] | null };
  return tokens?.[0] ?? null;
}

function badToken(environment: string, app: AccessSubject): Diagnostic {
  return {
    severity: 'error',
    code: 'PROVIDER_UNAUTHORIZED',
    message: `Fly does not accept the token ${app.token} of ${environment}: it is wrong, or has expired.`,
    hint: `Make a new one and set it: export ${app.token}="$(fly tokens create org -o ${app.org})"`,
    path: `environments.${environment}.fly.token`,
  };
}

function withoutRight(
  environment: string,
  app: AccessSubject,
  right: string,
  token: TokenInfo | null,
): Diagnostic {
  return {
    severity: 'error',
    code: 'PROVIDER_UNAUTHORIZED',
    message: `The token ${app.token} of ${environment} lacks a right: ${right}.${ownWords(app, token)}`,
    hint: `Set one of that organization: export ${app.token}="$(fly tokens create org -o ${app.org})"`,
    path: `environments.${environment}.fly.token`,
  };
}

function ownWords(app: AccessSubject, token: TokenInfo | null): string {
  const apps = token?.apps ?? [];
  if (apps.length > 0) return ` It is a deploy token of ${apps.join(', ')}.`;
  const org = token?.org_slug ?? '';
  return org === '' || org === app.org ? '' : ` It is a token of ${org}.`;
}

function unknownOrganization(environment: string, app: AccessSubject): Diagnostic {
  return {
    severity: 'error',
    code: 'PROVIDER_NOT_FOUND',
    message: `Fly has no organization ${app.org}, or the token ${app.token} of ${environment} has no sight of it.`,
    hint: 'See those there are: fly orgs list',
    path: `environments.${environment}.fly.org`,
  };
}

function nameTaken(environment: string, app: AccessSubject): Diagnostic {
  return {
    severity: 'error',
    code: 'PROVIDER_CONFLICT',
    message: `The app name ${app.platformName} of ${app.name} in ${environment} belongs to another organization on Fly.`,
    hint: `Names are global on Fly: give it another one, ${app.name}: { platformName: '…' }`,
    path: `environments.${environment}.apps.${app.name}.platformName`,
  };
}

function otherOrganization(environment: string, app: AccessSubject, body: unknown): Diagnostic | null {
  const { organization } = body as { organization?: { readonly slug?: string } | null };
  const slug = organization?.slug ?? app.org;
  if (slug === app.org || slug === PERSONAL || app.org === PERSONAL) return null;
  return {
    severity: 'error',
    code: 'PROVIDER_CONFLICT',
    message: `The app ${app.platformName} is in the organization ${slug}, and ${environment} says ${app.org}.`,
    hint: `Write fly: { org: '${slug}' }, or give the app another name.`,
    path: `environments.${environment}.fly.org`,
  };
}
