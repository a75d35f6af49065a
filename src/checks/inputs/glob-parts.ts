/**
 * What means something else in a glob. Brackets and parentheses are letters like others: `app/[id]/(tabs)/page.tsx` is
 * the name of a file in more projects than a set of letters is used.
 */
const MAGIC = /[*?{}]/;

/** A glob, taken apart as far as it can be answered without a pattern. */
export interface GlobParts {
  /** `exact`: a file of this name, or everything in the directory of this name. `below`: everything under `base`. */
  readonly kind: 'exact' | 'below' | 'pattern';
  /** The glob without `!`, `./` before it and a slash behind it. */
  readonly glob: string;
  /** The directory under which everything lies that it can match; empty: the root. */
  readonly base: string;
  readonly isNegative: boolean;
  /** Its last part is a plain name, so that it means all of a directory of that name, too. */
  readonly takesDirectories: boolean;
}

/** Takes a glob of a check apart: one from the root of the project, with `!` before it for what does not count. */
export function globParts(written: string): GlobParts {
  const isNegative = written.startsWith('!');
  const plain = written.replace(/^!/, '').replace(/^(\.\/)+|^\/+/, '');
  const glob = plain.endsWith('/') ? `${plain}**` : plain;
  const segments = glob.split('/');
  const first = segments.findIndex((segment) => MAGIC.test(segment));
  if (first === -1) return { kind: 'exact', glob, base: glob, isNegative, takesDirectories: true };
  const base = segments.slice(0, first).join('/');
  const rest = segments.slice(first).join('/');
  const kind = rest === '**' || rest === '**/*' ? 'below' : 'pattern';
  return { kind, glob, base, isNegative, takesDirectories: !MAGIC.test(segments.at(-1) ?? '') };
}

/** Whether `path` is `directory` or lies in it; everything lies in the root. */
export function isWithin(directory: string, path: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}
