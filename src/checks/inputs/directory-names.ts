import { readdirSync, type Dirent } from 'node:fs';

/** One thing in a directory. */
export interface NamedEntry {
  readonly name: string;
  /** `other` is what no check can depend on: sockets, pipes, devices. */
  readonly kind: 'file' | 'directory' | 'link' | 'other';
}

const LETTERS = { file: 'f', directory: 'd', link: 'l', other: 'o' } as const;
const KINDS: Readonly<Record<string, NamedEntry['kind']>> = {
  f: 'file',
  d: 'directory',
  l: 'link',
  o: 'other',
};

/**
 * What lies in a directory, as one text: the same for the same names. A letter for the kind before each name, a slash
 * between them. Throws what the system throws.
 */
export function namesText(directory: string): string {
  return readdirSync(directory, { withFileTypes: true })
    .map((entry) => LETTERS[kindOf(entry)] + entry.name)
    .sort()
    .join('/');
}

/** The text of `namesText` taken apart. */
export function namesIn(text: string): NamedEntry[] {
  return text === ''
    ? []
    : text.split('/').map((each) => ({ name: each.slice(1), kind: KINDS[each.charAt(0)] ?? 'other' }));
}

function kindOf(entry: Dirent): NamedEntry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}
