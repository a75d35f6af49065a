import { readlinkSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { digestFile } from './digest-file.ts';
import { figuresOf, isSame } from './file-figures.ts';
import type { LinkTarget } from './input-tree.ts';
import type { Guard } from './stored-tree.ts';

/** Where the links of a checkout lead. */
export interface SeenLinks {
  readonly targets: ReadonlyMap<string, LinkTarget>;
  /** Targets that are no files of the checkout, or that are not there, as they were: nobody else looks at them. */
  readonly outer: readonly Guard[];
}

/** A link in a circle, or to a file that may not be looked at, leads nowhere. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * Finds out where links lead in the end, through all links on the way. A target that is a file and not among those of the
 * checkout (git ignores it, or it lies elsewhere) is read; a directory that is not is not looked into.
 */
export function lookAtLinks(
  root: string,
  links: readonly string[],
  isListed: (path: string) => boolean,
  signal: AbortSignal,
): SeenLinks {
  const targets = new Map<string, LinkTarget>();
  const outer: Guard[] = [];
  if (links.length === 0) return { targets, outer };
  const realRoot = realpathSync(root);
  for (const link of links) {
    const path = join(root, link);
    const stats = statsOf(path);
    if (stats === undefined) {
      outer.push({ path: lexicalTarget(path), figures: figuresOf(undefined) });
      continue;
    }
    const real = realpathSync(path);
    const target = relative(realRoot, real);
    const isOuter = stats.isFile() && !isListed(target);
    if (isOuter) outer.push({ path: real, figures: figuresOf(stats) });
    targets.set(link, { path: target, digest: isOuter ? contentOf(real, stats, signal) : null });
  }
  return { targets, outer };
}

/** Whether all that nobody else looks at is as it was. */
export function areLinksSame({ outer }: SeenLinks): boolean {
  return outer.every(({ path, figures }) => isSame(figures, 0, statsOf(path)));
}

function lexicalTarget(link: string): string {
  try {
    return resolve(dirname(link), readlinkSync(link));
  } catch {
    return link;
  }
}

/** Null for what cannot be read: the check cannot either. */
function contentOf(path: string, stats: Stats, signal: AbortSignal): string | null {
  try {
    return digestFile(path, stats, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}
