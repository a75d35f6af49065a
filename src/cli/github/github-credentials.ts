import { readFile } from 'node:fs/promises';
import { Secret } from '../../diagnostics/secret.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { GithubCredentials } from '../../providers/github/github-options.ts';
import type { LocalCloud } from '../platforms/local-cloud.ts';
import type { SecretVault } from '../platforms/secret-vault.ts';

const APP_ID = 'GLIDEPATH_GITHUB_APP_ID';
const APP_KEY = 'GLIDEPATH_GITHUB_APP_PRIVATE_KEY';
const APP_KEY_FILE = 'GLIDEPATH_GITHUB_APP_PRIVATE_KEY_FILE';
const APP_INSTALLATION = 'GLIDEPATH_GITHUB_APP_INSTALLATION_ID';
/** In the order in which they count; the second is what GitHub's own command line reads. */
const TOKENS = ['GITHUB_TOKEN', 'GH_TOKEN'] as const;

/**
 * By what GitHub is asked: an App where its id is set, else a token; on the local cloud its own token. Null where none
 * of them is set. Throws CLI_USAGE and SECRET_MISSING for an App that is set by half.
 */
export async function githubCredentials(
  cloud: LocalCloud | null,
  vault: SecretVault,
): Promise<GithubCredentials | null> {
  if (cloud !== null && !cloud.isInJob) {
    vault.hide(cloud.token);
    return { kind: 'token', token: new Secret(cloud.token), name: 'of the local cloud' };
  }
  const appId = vault.readPlain(APP_ID) ?? '';
  if (appId !== '') return appCredentials(appId, vault);
  const name = TOKENS.find((each) => (vault.read(each) ?? '') !== '');
  return name === undefined ? null : { kind: 'token', token: new Secret(vault.read(name) ?? ''), name };
}

async function appCredentials(appId: string, vault: SecretVault): Promise<GithubCredentials> {
  const installation = vault.readPlain(APP_INSTALLATION) ?? '';
  if (installation !== '' && !/^\d+$/.test(installation)) {
    throw new ToolError('CLI_USAGE', `${APP_INSTALLATION} is no number: ${installation}`, {
      hint: 'Unset it: the installation of the repository is found by itself.',
    });
  }
  const file = vault.readPlain(APP_KEY_FILE) ?? '';
  const key = vault.read(APP_KEY) || (await keyIn(file));
  if (key === '') {
    throw new ToolError('SECRET_MISSING', `${APP_ID} is set, and no private key of the App.`, {
      hint: `export ${APP_KEY}="$(cat app.pem)", or ${APP_KEY_FILE}=app.pem`,
    });
  }
  vault.hide(key);
  for (const line of key.split(/\n|\\n/)) if (!line.startsWith('-----')) vault.hide(line.trim());
  return {
    kind: 'app',
    appId,
    privateKey: new Secret(key),
    installationId: installation === '' ? null : Number(installation),
    name: file === '' ? APP_KEY : APP_KEY_FILE,
    onToken: (token) => vault.hide(token),
  };
}

async function keyIn(file: string): Promise<string> {
  if (file === '') return '';
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ToolError('SECRET_MISSING', `The private key of the App cannot be read: ${file}.`, {
      hint: `Set ${APP_KEY_FILE} to the file that GitHub gave you.`,
      cause,
    });
  }
}
