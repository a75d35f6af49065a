import { LockError } from './lock-source.ts';

/** One entry of a yarn.lock of Yarn 1. */
export interface YarnEntry {
  /** `name@range`, one or more. */
  readonly keys: readonly string[];
  readonly version: string;
  readonly resolved: string | null;
  readonly integrity: string | null;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/**
 * Reads the format of Yarn 1: blocks without indentation that name keys, below them fields by two spaces, and below
 * `dependencies:` names with ranges by four. Throws LockError with the line that is none of these.
 */
export function parseYarnClassic(path: string, text: string): readonly YarnEntry[] {
  const entries: Draft[] = [];
  let group: Record<string, string> | null = null;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const entry = entries.at(-1);
    const [name = '', value] = words(line.trim());
    if (/^\S.*:$/.test(line)) {
      entries.push(draft(keysOf(line.slice(0, -1))));
      group = null;
    } else if (entry !== undefined && /^ {2}\S/.test(line)) {
      group = fieldOf(entry, name, value);
    } else if (group !== null && /^ {4}\S/.test(line) && value !== undefined) {
      group[name] = value;
    } else if (!/^ {4}/.test(line)) {
      throw new LockError(`${path}:${at + 1} is nothing that Yarn 1 writes`);
    }
  }
  return entries.map(({ fields, ...rest }) => ({
    ...rest,
    version: fields['version'] ?? '0.0.0',
    resolved: fields['resolved'] ?? null,
    integrity: fields['integrity'] ?? null,
  }));
}

interface Draft {
  readonly keys: readonly string[];
  readonly fields: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly optionalDependencies: Record<string, string>;
}

function draft(keys: readonly string[]): Draft {
  return { keys, fields: {}, dependencies: {}, optionalDependencies: {} };
}

/** Keeps a field; the group that the lines below it go into, or null. */
function fieldOf(entry: Draft, name: string, value: string | undefined): Record<string, string> | null {
  if (name === 'dependencies:') return entry.dependencies;
  if (name === 'optionalDependencies:') return entry.optionalDependencies;
  if (value !== undefined) entry.fields[name] = value;
  return null;
}

function keysOf(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^",\s][^",]*)/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}

/** Two words, each in quotes or not. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}
