import { runGit } from './run-git.ts';

/** How a file differs between two trees, in GitHub's words. */
export interface FileChange {
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  readonly additions: number;
  readonly deletions: number;
  /** Of its contents now; of what it was where it is gone. */
  readonly sha: string;
  /** Unified; null for what is no text. */
  readonly patch: string | null;
}

const STATUS: Readonly<Record<string, FileChange['status']>> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
};

/** GitHub tells of so many files at most (REST, "compare two commits"). */
const FILES_MAX = 300;

/** The empty tree, which git knows in every repository. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** What differs from `from` (null: from nothing) to `to`, by path, with patches when asked for. */
export async function diffFiles(
  dir: string,
  range: { readonly from: string | null; readonly to: string },
  options: { readonly patches: boolean } = { patches: true },
): Promise<readonly FileChange[]> {
  const ends = [range.from ?? EMPTY_TREE, range.to];
  const raw = await runGit({ dir, args: ['diff', '--raw', '--no-abbrev', '-z', '-M', ...ends, '--'] });
  const changes = parseRaw(raw).slice(0, FILES_MAX);
  if (changes.length === 0) return [];
  const counts = parseNumstat(await runGit({ dir, args: ['diff', '--numstat', '-z', '-M', ...ends, '--'] }));
  const patches = options.patches
    ? splitPatches(await runGit({ dir, args: ['-c', 'core.quotePath=false', 'diff', '-M', ...ends, '--'] }))
    : [];
  return changes.map((change, index) => {
    const [additions, deletions] = counts.get(change.path) ?? [0, 0];
    return { ...change, additions, deletions, patch: patches[index] ?? null };
  });
}

type Named = Pick<FileChange, 'path' | 'previousPath' | 'status' | 'sha'>;

/** `:100644 100644 SHA SHA M\0path\0`; two paths for renames. */
function parseRaw(text: string): Named[] {
  const parts = text.split('\u0000');
  const changes: Named[] = [];
  for (let at = 0; at + 1 < parts.length;) {
    const [, , before = '', after = '', letter = ''] = (parts[at] ?? '').split(' ');
    const status = STATUS[letter.charAt(0)] ?? 'changed';
    const first = parts[at + 1] ?? '';
    const isPair = status === 'renamed' || status === 'copied';
    const path = isPair ? (parts[at + 2] ?? '') : first;
    changes.push({
      path,
      previousPath: isPair ? first : null,
      status,
      sha: status === 'removed' ? before : after,
    });
    at += isPair ? 3 : 2;
  }
  return changes;
}

/** `1\t2\tpath\0`; for renames `1\t2\t\0old\0new\0`. */
function parseNumstat(text: string): Map<string, readonly [number, number]> {
  const parts = text.split('\u0000');
  const counts = new Map<string, readonly [number, number]>();
  for (let at = 0; at < parts.length; at += 1) {
    const [added = '', deleted = '', path = ''] = (parts[at] ?? '').split('\t');
    if (added === '') continue;
    const name = path === '' ? (parts[at + 2] ?? '') : path;
    if (path === '') at += 2;
    counts.set(name, [Number(added) || 0, Number(deleted) || 0]);
  }
  return counts;
}

/** The hunks of each file, in the order of the files. */
function splitPatches(text: string): (string | null)[] {
  return text
    .split(/^diff --git .*$/m)
    .slice(1)
    .map((part) => {
      const at = part.indexOf('\n@@ ');
      return at < 0 ? null : part.slice(at + 1).trimEnd();
    });
}
