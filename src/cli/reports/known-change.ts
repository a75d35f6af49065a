import type { GitSource } from '../../providers/git/git-source.ts';
import { addedLines } from '../../reports/covered-lines/added-lines.ts';
import type { AddedLines } from '../../reports/covered-lines/change-coverage.ts';
import type { KnownChange } from '../../reports/summary/summarize-reports.ts';
import { findBase } from '../project/find-base.ts';
import type { GithubContext } from '../github/github-context.ts';

/** What git is asked. */
export type ChangeSource = Pick<
  GitSource,
  'hasCommit' | 'mergeBase' | 'hasRef' | 'resolveRef' | 'lineChanges' | 'newFiles'
>;

/**
 * The lines that were added since the branch left the main one: with what is not committed yet, for that is what the
 * checks ran on. Never throws: where git does not know, nobody does.
 */
export async function knownChange(
  source: ChangeSource,
  github: GithubContext | null,
  mainBranch: string,
): Promise<KnownChange> {
  try {
    const base = await findBase(source, github, mainBranch);
    if (base.kind === 'none') return { kind: 'unknown', reason: `${base.reason}.` };
    const [diff, fresh] = await Promise.all([source.lineChanges(base.sha, null), source.newFiles()]);
    const added: AddedLines = new Map([
      ...addedLines(diff),
      ...fresh.map((path) => [path, [{ from: 1, to: Number.POSITIVE_INFINITY }]] as const),
    ]);
    return { kind: 'known', since: base.words, added };
  } catch (error) {
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}
