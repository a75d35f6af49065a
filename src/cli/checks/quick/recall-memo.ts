import { FIGURES, isSame } from '../../../checks/inputs/file-figures.ts';
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

/** The memo in a file, where everything is as it was when it was written; null otherwise. */
export function recallMemo(file: Buffer, context: RecallContext): Memo | null {
  const read = decodeMemo(file);
  if (read === null) return null;
  const { memo, figures } = read;
  if (figures.length !== memo.paths.length * FIGURES || !isSameCall(memo, context)) return null;
  return memo.paths.every((path, index) => isSame(figures, index * FIGURES, context.lstat(path, NOTHING)))
    ? memo
    : null;
}

function isSameCall(memo: Memo, { version, args, env }: RecallContext): boolean {
  return (
    memo.version === version &&
    memo.args.length === args.length &&
    args.every((arg, index) => arg === memo.args[index]) &&
    Object.entries(memo.env).every(([name, mark]) => mark === markOf(env[name]))
  );
}
