import { spawn } from 'node:child_process';
import { runGit } from '../../providers/git/run-git.ts';

/** What the last commits added, file by file. */
export interface AddedInHistory {
  readonly commits: number;
  readonly texts: readonly { readonly commit: string; readonly path: string; readonly text: string }[];
}

/** The lines that each of the last `count` commits added, without those of binary files. */
export async function addedInHistory(root: string, count: number): Promise<AddedInHistory> {
  const args = [
    'log',
    '-n',
    String(count),
    '--format=commit %H',
    '--patch',
    '--unified=0',
    '--no-color',
    '--no-ext-diff',
    '--no-renames',
    '--relative',
    '--',
    '.',
  ];
  const { code, stdout } = await runGit(spawn, root, args);
  if (code !== 0) return { commits: 0, texts: [] };
  const texts: { commit: string; path: string; lines: string[] }[] = [];
  let commit = '';
  let commits = 0;
  let isInHunk = false;
  for (const line of stdout.split('\n')) {
    if (line.startsWith('commit ')) {
      commit = line.slice('commit '.length);
      commits++;
    } else if (line.startsWith('diff --git ')) isInHunk = false;
    else if (!isInHunk && line.startsWith('+++ ')) texts.push({ commit, path: pathOf(line), lines: [] });
    else if (line.startsWith('@@ ')) isInHunk = true;
    else if (isInHunk && line.startsWith('+')) texts.at(-1)?.lines.push(line.slice(1));
  }
  return { commits, texts: texts.map(({ lines, ...rest }) => ({ ...rest, text: lines.join('\n') })) };
}

/** `+++ b/path`, in quotes where it has characters that need them. */
function pathOf(line: string): string {
  return line
    .slice('+++ '.length)
    .replace(/^"?b\//, '')
    .replace(/"?\t?$/, '');
}
