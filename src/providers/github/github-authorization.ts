import { Octokit } from '@octokit/core';
import { createAppAuth } from '@octokit/auth-app';
import { retry } from '@octokit/plugin-retry';
import { GITHUB_TIMING } from './github-timing.ts';
import type { GithubCredentials, GithubOptions } from './github-options.ts';
import { repositoryPath } from './repository-path.ts';

type App = Extract<GithubCredentials, { kind: 'app' }>;

/**
 * What stands in `authorization`. The token of an App is asked for when it is first needed and anew before it ends; that
 * is a POST, so it goes past the transport that refuses to write: it changes nothing in the repository.
 */
export function githubAuthorization(options: GithubOptions): () => Promise<string> {
  const { credentials } = options;
  if (credentials.kind === 'token') return async () => `token ${credentials.token.reveal().trim()}`;
  const asApp = openApp(options, credentials);
  let installation: Promise<number> | null = null;
  return async () => {
    installation ??= installationOf(options, credentials, asApp).catch((error: unknown) => {
      installation = null;
      throw error;
    });
    const { token } = (await asApp.auth({
      type: 'installation',
      installationId: await installation,
    })) as { token: string };
    credentials.onToken(token);
    return `token ${token}`;
  };
}

const AppClient = Octokit.plugin(retry);

function openApp({ baseUrl, fetch, timing }: GithubOptions, app: App): Octokit {
  const silent = (): void => undefined;
  return new AppClient({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    userAgent: 'glidepath',
    authStrategy: createAppAuth,
    auth: { appId: app.appId, privateKey: pem(app.privateKey.reveal()) },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch },
    retry: { retryAfterBaseValue: { ...GITHUB_TIMING, ...timing }.retryBaseMs },
  });
}

async function installationOf(
  { repository }: GithubOptions,
  { installationId }: App,
  asApp: Octokit,
): Promise<number> {
  if (installationId !== null) return installationId;
  const { data } = await asApp.request('GET /repos/{owner}/{repo}/installation', repositoryPath(repository));
  return data.id;
}

/** A key in one line of an environment variable has its line breaks written out. */
function pem(key: string): string {
  return key.includes('\n') ? key : key.replaceAll(String.raw`\n`, '\n');
}
