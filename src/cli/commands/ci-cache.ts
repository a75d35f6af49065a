import { randomBytes } from 'node:crypto';
import { cacheFigures, clearCache, type CacheFigures } from '../../checks/cache/cache-figures.ts';
import { evict } from '../../checks/cache/evict.ts';
import { parseDuration } from '../../config/resolve/parse-duration.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { BugError } from '../../util/assert.ts';
import { systemClock } from '../../util/clock.ts';
import { ed25519Signer } from '../../util/ed25519.ts';
import { cacheDirectory } from '../checks/cache/open-check-cache.ts';
import { sharedWords } from '../checks/cache/shared-words.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { openProject } from '../project/open-project.ts';
import { writeJson } from '../output.ts';
import { counted } from '../views/text/counted.ts';
import { renderTable } from '../views/text/table.ts';
import { formatAgo } from '../views/text/time.ts';

/** `glidepath ci cache status`: what this machine keeps of checks. */
export async function ciCacheStatus(context: CommandContext): Promise<ExitCode> {
  const { project, root } = await openProject(context);
  const directory = cacheDirectory(root, context.env);
  const figures = cacheFigures(directory);
  const { maxBytes, remote } = project.cache;
  if (context.output.json)
    writeJson(context.output, { directory, maxBytes, remote: remote?.kind ?? null, ...figures });
  else
    context.output.write(
      statusText(figures, { directory, maxBytes, shared: sharedWords(project.cache, context.env) }),
    );
  return EXIT.ok;
}

/** `glidepath ci cache clear`: removes all entries of this machine, or those that were not used for so long. */
export async function ciCacheClear(context: CommandContext, olderThan: string | null): Promise<ExitCode> {
  const { root } = await openProject(context);
  const directory = cacheDirectory(root, context.env);
  const before = cacheFigures(directory);
  if (olderThan === null) clearCache(directory);
  else {
    const ageMs = parseDuration(olderThan);
    if (ageMs === null)
      throw new ToolError('CLI_USAGE', `"${olderThan}" is not a duration.`, {
        hint: 'Write it as 7d or 12h.',
      });
    const now = systemClock.now();
    await evict(directory, { maxBytes: Number.POSITIVE_INFINITY, now, usedBefore: now - ageMs });
  }
  const after = cacheFigures(directory);
  const entries = entriesOf(before) - entriesOf(after);
  const bytes = before.bytes - after.bytes;
  if (context.output.json) writeJson(context.output, { directory, removed: { entries, bytes }, ...after });
  else
    context.output.write(`Removed ${counted(entries, 'entry')} (${megabytes(bytes)}) from ${directory}.\n`);
  return EXIT.ok;
}

/** `glidepath ci cache keygen`: a pair of keys for a shared cache, and where each goes. Nothing is kept of it. */
export async function ciCacheKeygen(context: CommandContext): Promise<ExitCode> {
  const privateKey = randomBytes(32).toString('base64url');
  const publicKey = ed25519Signer(privateKey)?.publicKey;
  if (publicKey === undefined) throw new BugError('32 random bytes are an Ed25519 private key');
  if (context.output.json) {
    writeJson(context.output, { privateKey, publicKey });
    return EXIT.ok;
  }
  context.output
    .write(`Private key, for runs of the main branch alone. It is shown once; keep it as the secret GLIDEPATH_CACHE_KEY:

  ${privateKey}

  gh secret set GLIDEPATH_CACHE_KEY     asks for it

Public key, for the config. Whoever uses this config trusts what the private key signs:

  ci: { cache: { trust: ['${publicKey}'] } }
`);
  return EXIT.ok;
}

interface Place {
  readonly directory: string;
  readonly maxBytes: number;
  /** Where results are shared, in words. */
  readonly shared: string;
}

function statusText(figures: CacheFigures, { directory, maxBytes, shared }: Place): string {
  const now = systemClock.now();
  const rows = figures.domains.map(({ domain, entries, bytes, oldestAt }) => [
    domain,
    String(entries),
    megabytes(bytes),
    oldestAt === null ? '' : formatAgo(oldestAt, now),
  ]);
  const asked = figures.hits + figures.misses;
  const found =
    asked === 0 ? 'no lookups yet' : `${counted(figures.hits, 'hit')} in ${counted(asked, 'lookup')}`;
  const table =
    rows.length === 0 ? '' : `${renderTable(['DOMAIN', 'ENTRIES', 'SIZE', 'LAST USED, OLDEST'], rows)}\n`;
  return `${table}${megabytes(figures.bytes)} of ${megabytes(maxBytes)} in ${directory}; ${found}.
Shared: ${shared}.
`;
}

function entriesOf({ domains }: CacheFigures): number {
  return domains.reduce((sum, { entries }) => sum + entries, 0);
}

function megabytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e3).toFixed(1)} kB`;
}
