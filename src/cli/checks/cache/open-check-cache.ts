import type { OpenCheckCacheOptions } from './cache-options.ts';
import { spawn } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { MAIN, type CacheTrust } from '../../../checks/cache/cache-trust.ts';
import type { CheckCache } from '../../../checks/cache/check-cache.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import { ed25519Signer, type Ed25519Signer } from '../../../util/ed25519.ts';
import { makeStateDir } from '../../project/make-state-dir.ts';
import type { SecretVault } from '../../platforms/secret-vault.ts';
import { cacheDomain } from './cache-domain.ts';
import { machineKey } from './machine-key.ts';

/** The private key of the shared cache. */
const KEY_VARIABLE = 'GLIDEPATH_CACHE_KEY';

/** Opens what is kept of the checks of a project, as this machine and this run may. Throws CACHE_KEY_INVALID. */
export async function openCheckCache(options: OpenCheckCacheOptions): Promise<CheckCache> {
  const { root, project, env, clock, onWarning } = options;
  const directory = cacheDirectory(root, env);
  const trust = trustOf(options);
  makeStateDir(root, join(root, '.glidepath'));
  const remote = project.cache.remote;
  const [{ createCheckCache }, { diskStore }, store] = await Promise.all([
    import('../../../checks/cache/create-check-cache.ts'),
    import('../../../checks/cache/disk-store.ts'),
    remote === null
      ? null
      : import('./open-remote-store.ts').then(({ openRemoteStore }) => openRemoteStore(remote, options)),
  ]);
  return createCheckCache({
    local: diskStore(directory, clock),
    remote: store,
    // Only GitHub itself keeps apart what the main branch and pull requests store.
    isScoped: remote?.kind === 'github',
    trust,
    clock,
    maxBytes: project.cache.maxBytes,
    disposable: ignoredByGit,
    onWarning,
  });
}

/** Where this machine keeps entries: GLIDEPATH_CACHE_DIR, which checkouts may share, or the project's own. */
export function cacheDirectory(root: string, env: OpenCheckCacheOptions['env']): string {
  const given = env['GLIDEPATH_CACHE_DIR'] ?? '';
  if (given === '') return join(root, '.glidepath', 'cache');
  return isAbsolute(given) ? given : join(root, given);
}

function trustOf({ project, env, vault, github, onWarning }: OpenCheckCacheOptions): CacheTrust {
  const key = sharedKey(vault);
  const domain = cacheDomain({ github, mainBranch: project.mainBranch, hasKey: key !== null });
  const trusted = project.cache.trust;
  if (key !== null && domain !== MAIN)
    onWarning(
      `${KEY_VARIABLE} is set in a run of ${domain} and is ignored: only runs of main should have it.`,
    );
  if (key !== null && domain === MAIN && !trusted.includes(key.publicKey))
    throw new ToolError(
      'CACHE_KEY_INVALID',
      `No trusted key matches ${KEY_VARIABLE}, so nobody would use what it signs.`,
      {
        hint: `Add "${key.publicKey}" to ci.cache.trust, or make a new pair: glidepath ci cache keygen`,
      },
    );
  return { domain, trusted, machine: machineKey(env, onWarning), shared: domain === MAIN ? key : null };
}

function sharedKey(vault: SecretVault): Ed25519Signer | null {
  const text = vault.read(KEY_VARIABLE) ?? '';
  if (text === '') return null;
  const signer = ed25519Signer(text);
  if (signer !== null) return signer;
  throw new ToolError('CACHE_KEY_INVALID', `${KEY_VARIABLE} is not an Ed25519 private key.`, {
    hint: 'Make a pair: glidepath ci cache keygen',
  });
}

/** What git ignores can be made again. Without git, or outside of a checkout, nothing is known of any file. */
async function ignoredByGit(root: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  return new Promise((resolve) => {
    const child = spawn('git', ['check-ignore', '-z', '--stdin'], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.on('error', () => resolve(new Set()));
    child.on('close', () => resolve(new Set(Buffer.concat(pieces).toString().split('\0').filter(Boolean))));
    // It may end before it has read everything, where this is no checkout.
    child.stdin.on('error', () => {});
    child.stdin.end(paths.join('\0'));
  });
}
