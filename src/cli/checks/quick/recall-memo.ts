import { FIGURES, isSame, isSameDirectory } from '../../../checks/inputs/file-figures.ts';
import { markOf } from '../../../util/mark-of.ts';
import { decodeMemo, type Memo } from './memo.ts';
import type { Stats } from 'node:fs';

/** What has to be the same as it was. */
export interface RecallContext {
  readonly version: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `node:fs`'s own `lstatSync` fits. */
  readonly lstat: (path: string, options: { readonly throwIfNoEntry: false }) => Stats | undefined;
}

const NOTHING = { throwIfNoEntry: false } as const;

/** A memo, and what is different by now. */
export interface RecalledMemo {
  readonly memo: Memo;
  /** Paths that are gone, and directories in which something came or went. */
  readonly changed: readonly string[];
}

/** The memo in a file, where nothing that it names is another thing than it was; null otherwise. */
export function recallMemo(file: Buffer, context: RecallContext): RecalledMemo | null {
  const read = decodeMemo(file);
  if (read === null) return null;
  const { memo, figures } = read;
  if (figures.length !== memo.paths.length * FIGURES || !isSameCall(memo, context)) return null;
  const changed: string[] = [];
  for (const [index, path] of memo.paths.entries()) {
    const stats = context.lstat(path, NOTHING);
    if (isSame(figures, index * FIGURES, stats)) continue;
    if (stats !== undefined && !isSameDirectory(figures, index * FIGURES, stats)) return null;
    changed.push(path);
  }
  return { memo, changed };
}

function isSameCall(memo: Memo, { version, args, env }: RecallContext): boolean {
  return (
    memo.version === version &&
    memo.args.length === args.length &&
    args.every((arg, index) => arg === memo.args[index]) &&
    Object.entries(memo.env).every(([name, mark]) => mark === markOf(env[name]))
  );
}
