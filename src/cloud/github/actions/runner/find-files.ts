import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve, sep } from 'node:path';

/** What is looked for, as `@actions/glob` reads it: one pattern each, `!` in front leaves out, later ones win. */
export interface FileSearch {
  readonly patterns: readonly string[];
  /** What relative patterns are below. */
  readonly cwd: string;
  /** What `~` is. */
  readonly home?: string;
}

/** The files that a search finds, sorted; a pattern that names a directory means everything in it. */
export function findFiles({ patterns, cwd, home = homedir() }: FileSearch): string[] {
  const found = new Set<string>();
  for (const written of patterns
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('#'))) {
    const isLeftOut = written.startsWith('!');
    const pattern = (isLeftOut ? written.slice(1) : written).replace(/^~(?=\/|$)/u, home);
    for (const file of filesOf(pattern, cwd))
      if (isLeftOut) found.delete(file);
      else found.add(file);
  }
  return [...found].toSorted();
}

/** `hashFiles`: the SHA-256 of the SHA-256 of each file that is found in the workspace; empty where none is. */
export function hashFiles(patterns: readonly string[], workspace: string): string {
  const files = findFiles({ patterns: patterns.flatMap((one) => one.split('\n')), cwd: workspace }).filter(
    (file) => file.startsWith(workspace + sep),
  );
  if (files.length === 0) return '';
  const all = createHash('sha256');
  for (const file of files) all.update(createHash('sha256').update(readFileSync(file)).digest());
  return all.digest('hex');
}

/** The directory that a pattern names before its first wildcard; what is found is stored relative to it. */
export function fixedPart(written: string, cwd: string, home: string = homedir()): string {
  const pattern = written.replace(/^~(?=\/|$)/u, home);
  const parts = (isAbsolute(pattern) ? pattern : join(cwd, pattern)).split(sep);
  const wild = parts.findIndex((part) => /[*?[]/u.test(part));
  return resolve((wild < 0 ? parts : parts.slice(0, wild)).join(sep) || sep);
}

/** All below a place, hidden ones too; links are not followed. */
function* walk(path: string): Generator<string> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) yield path;
  else for (const name of readdirSync(path)) yield* walk(join(path, name));
}

/** A file is meant when the pattern is its path, or that of a directory around it. */
function filesOf(pattern: string, cwd: string): string[] {
  const absolute = resolve(isAbsolute(pattern) ? pattern : join(cwd, pattern));
  if (!/[*?[]/u.test(absolute)) return [...walk(absolute)];
  const meant = new RegExp(`^${expression(absolute)}(?:/|$)`, 'u');
  return [...walk(fixedPart(absolute, cwd))].filter((file) => meant.test(file));
}

function expression(pattern: string): string {
  return pattern
    .split(/(\*\*\/|\/\*\*|\*|\?|\[[^\]]+\])/u)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '/**') return '(?:/.*)?';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      if (part.startsWith('[')) return part.replace(/^\[!/u, '[^').replaceAll('\\', '\\\\');
      return part.replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&');
    })
    .join('');
}
