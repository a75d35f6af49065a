import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { matchGlobs } from '../../../checks/inputs/match-globs.ts';
import type { GitFiles } from './git-files.ts';

/** The recipe of an image. */
export interface ImageRecipe {
  /** The directory that the build sees. */
  readonly context: string;
  /** From there. */
  readonly dockerfile: string;
  readonly target: string | null;
}

/**
 * SHA-256 of all that a build of this Dockerfile reads here: itself, what it is told to ignore, and the files that its COPY
 * and ADD name. What it gets from elsewhere, a base image or packages, is as new as on the day on which it was built.
 */
export async function imageInputsDigest(recipe: ImageRecipe, git: GitFiles): Promise<string> {
  const { context, dockerfile, target } = recipe;
  const text = await readFile(join(context, dockerfile), 'utf8');
  const hash = createHash('sha256').update(JSON.stringify(['1', text, target, process.arch]));
  for (const ignore of [`${dockerfile}.dockerignore`, '.dockerignore'])
    hash.update(`\0${await readFile(join(context, ignore), 'utf8').catch(() => '')}`);
  for (const path of await filesOf(context, copiedSources(text), git))
    hash.update(`\0${path}\0${await digestOfFile(join(context, path))}`);
  return hash.digest('hex');
}

/** What the COPY, ADD and bind mounts of a Dockerfile name of their context; `.` for all of it. */
export function copiedSources(dockerfile: string): string[] {
  const lines = dockerfile.replaceAll(/\\[ \t]*\r?\n/g, ' ').split('\n');
  const sources = lines.flatMap((line) => {
    if (/^\s*RUN\s.*--mount=type=bind(?![^ ]*from=)/i.test(line)) return ['.'];
    const [, rest] = /^\s*(?:ONBUILD\s+)?(?:COPY|ADD)\s+(.*)$/i.exec(line) ?? [];
    return rest === undefined ? [] : sourcesIn(rest.trim());
  });
  const plain = sources.map((source) => source.replace(/^(\.?\/)+/, '').replace(/\/+$/, ''));
  return [...new Set(plain.map((source) => (source === '' ? '.' : source)))].sort();
}

function sourcesIn(text: string): string[] {
  const [, flags = '', rest = ''] = /^((?:--\S+\s+)*)(.*)$/.exec(text) ?? [];
  if (flags.includes('--from=')) return [];
  const words = rest.startsWith('[') ? jsonWords(rest) : rest.split(/\s+/);
  const sources = words.slice(0, -1).filter((word) => !word.startsWith('<<') && !/^\w+:\/\//.test(word));
  // What a variable stands for is known to the build alone.
  return sources.some((source) => source.includes('$')) ? ['.'] : sources;
}

function jsonWords(text: string): string[] {
  try {
    return (JSON.parse(text) as unknown[]).map(String);
  } catch {
    return ['.', ''];
  }
}

/** Those that git knows, and what is named by its very name also where git ignores it. */
async function filesOf(
  context: string,
  sources: readonly string[],
  git: GitFiles,
): Promise<readonly string[]> {
  if (sources.length === 0) return [];
  const all = await git.list(context);
  const matches = sources.includes('.') ? () => true : matchGlobs(sources);
  const found = new Set(all.filter(matches));
  for (const source of sources.filter((name) => name !== '.' && !/[*?[]/.test(name)))
    for (const path of await filesBelow(context, source)) found.add(path);
  return [...found].sort();
}

async function filesBelow(context: string, path: string): Promise<string[]> {
  const found = await lstat(join(context, path)).catch(() => null);
  if (found === null) return [];
  if (!found.isDirectory()) return [path];
  const names = await readdir(join(context, path));
  return (await Promise.all(names.map((name) => filesBelow(context, `${path}/${name}`)))).flat();
}

async function digestOfFile(file: string): Promise<string> {
  const found = await lstat(file).catch(() => null);
  if (found === null) return 'gone';
  const content = found.isSymbolicLink() ? await readlink(file) : await readFile(file);
  const isProgram = (found.mode & 0o100) !== 0;
  return createHash('sha256').update(content).digest('hex') + (isProgram ? ' x' : '');
}
