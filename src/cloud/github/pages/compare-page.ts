import { html } from 'hono/html';
import { diffFiles } from '../git/diff-files.ts';
import { mergeBase } from '../git/read-git.ts';
import type { GithubContext } from '../github-context.ts';
import type { RepositoryRecord } from '../records.ts';
import { fileDiffs, pageFrame, type Page } from './page-frame.ts';

const RANGE = /^([0-9a-f]{7,40})\.\.\.([0-9a-f]{7,40})$/;

/** `/compare/BASE...HEAD`: what the head has since the two parted. Null where it is of no two commits. */
export async function comparePage(
  { git }: GithubContext,
  repository: RepositoryRecord,
  range: string,
): Promise<Page | null> {
  const [, base, head] = RANGE.exec(range) ?? [];
  if (base === undefined || head === undefined) return null;
  const dir = git.dirOf(repository.id);
  const from = await mergeBase(dir, base, head);
  if (from === null) return null;
  const files = await diffFiles(dir, { from, to: head });
  return pageFrame(
    `${base.slice(0, 7)}...${head.slice(0, 7)}`,
    html`<p>${files.length} files</p>
      ${fileDiffs(files)}`,
  );
}
