import { randomBytes } from 'node:crypto';
import { cacheFigures, clearCache, type CacheFigures } from '../../checks/cache/cache-figures.ts';
import { evict } from '../../checks/cache/evict.ts';
import { removeCheckImages } from '../../cloud/check-containers/check-images.ts';
import {
  removeCheckTemplates,
  type RemovedTemplates,
} from '../../cloud/check-postgres/remove-check-templates.ts';
import { findEngine } from '../../cloud/containers/find-engine.ts';
import { parseDuration } from '../../config/resolve/parse-duration.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { BugError } from '../../util/assert.ts';
import { systemClock } from '../../util/clock.ts';
import { ed25519Signer } from '../../util/ed25519.ts';
import { cacheDirectory } from '../checks/cache/open-check-cache.ts';
import { checkTemplatesPlace } from '../checks/check-templates-place.ts';
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

/**
 * `glidepath ci cache clear`: removes all entries of this machine, or those that were not used for so long; likewise what
 * its checks need beside them, images and databases to copy.
 */
export async function ciCacheClear(context: CommandContext, olderThan: string | null): Promise<ExitCode> {
  const { root } = await openProject(context);
  const directory = cacheDirectory(root, context.env);
  const before = cacheFigures(directory);
  const now = systemClock.now();
  const usedBefore = olderThan === null ? Number.POSITIVE_INFINITY : now - ageOf(olderThan);
  if (olderThan === null) clearCache(directory);
  else await evict(directory, { maxBytes: Number.POSITIVE_INFINITY, now, usedBefore });
  const after = cacheFigures(directory);
  const removed = {
    entries: entriesOf(before) - entriesOf(after),
    bytes: before.bytes - after.bytes,
    ...(await clearBeside(context, { before: usedBefore, now })),
  };
  if (context.output.json) writeJson(context.output, { directory, removed, ...after });
  else context.output.write(clearedText(directory, removed));
  return EXIT.ok;
}

function ageOf(olderThan: string): number {
  const ageMs = parseDuration(olderThan);
  if (ageMs !== null) return ageMs;
  throw new ToolError('CLI_USAGE', `"${olderThan}" is not a duration.`, {
    hint: 'Write it as 7d or 12h.',
  });
}

interface Cleared {
  readonly entries: number;
  readonly bytes: number;
  /** Images that were built for checks; null where no container engine runs. */
  readonly images: number | null;
  readonly templates: RemovedTemplates;
}

/** What was made or used so lately may be what a check of another run is about to start with. */
const IN_USE_MS = 60 * 60 * 1000;

/** What all projects of this user share. */
async function clearBeside(
  { env }: CommandContext,
  { before, now }: { readonly before: number; readonly now: number },
): Promise<Pick<Cleared, 'images' | 'templates'>> {
  const usedBefore = Math.min(before, now - IN_USE_MS);
  const engine = await findEngine(env);
  return {
    images: engine === null ? null : await removeCheckImages(engine.client, usedBefore),
    templates: await removeCheckTemplates(checkTemplatesPlace(env), usedBefore),
  };
}

function clearedText(directory: string, { entries, bytes, images, templates }: Cleared): string {
  const lines = [`Removed ${counted(entries, 'entry')} (${megabytes(bytes)}) from ${directory}.`];
  if (images !== null && images > 0)
    lines.push(`Removed ${counted(images, 'image')} of checks from the container engine.`);
  if (templates.templates > 0)
    lines.push(
      `Removed ${counted(templates.templates, 'database template')} (${megabytes(templates.bytes)}).`,
    );
  return `${lines.join('\n')}\n`;
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
