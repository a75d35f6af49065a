import { emptyFile, type Coverage, type FileCoverage, type OpenFile } from './coverage.ts';

/**
 * What several checks ran, together: a line ran as often as in all of them. The order makes no difference. Files, lines
 * and branches are sorted. Pure.
 */
export function mergeCoverage(parts: readonly Coverage[]): Coverage {
  const files = new Map<string, OpenFile>();
  for (const part of parts) {
    for (const [path, file] of part) {
      const into = files.get(path) ?? emptyFile();
      files.set(path, into);
      addFile(into, file);
    }
  }
  const sorted = [...files].sort(([one], [other]) => compare(one, other));
  return new Map(sorted.map(([path, file]) => [path, sortedFile(file)]));
}

/** Adds what is known of a file to what was known before. */
export function addFile(into: OpenFile, file: FileCoverage): void {
  for (const [line, hits] of file.lines) into.lines.set(line, sum(into.lines.get(line) ?? 0, hits));
  for (const [key, taken] of file.branches) {
    const before = into.branches.get(key) ?? null;
    into.branches.set(key, before === null ? taken : taken === null ? before : sum(before, taken));
  }
  for (const [name, { line, hits }] of file.functions) {
    const before = into.functions.get(name);
    into.functions.set(name, {
      line: Math.min(line, before?.line ?? line),
      hits: sum(before?.hits ?? 0, hits),
    });
  }
}

/** Counts beyond what a number holds stay at the greatest: which order they come in makes no difference then either. */
function sum(one: number, other: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, one + other);
}

function sortedFile({ lines, branches, functions }: OpenFile): FileCoverage {
  return {
    lines: new Map([...lines].sort(([one], [other]) => one - other)),
    branches: new Map([...branches].sort(([one], [other]) => compareKeys(one, other))),
    functions: new Map([...functions].sort(([one, a], [other, b]) => a.line - b.line || compare(one, other))),
  };
}

/** By line first, as a number. */
function compareKeys(one: string, other: string): number {
  return Number.parseInt(one, 10) - Number.parseInt(other, 10) || compare(one, other);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
