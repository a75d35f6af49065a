import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { fileKind, type FileKind } from '../../workflows/read/file-kind.ts';
import type { SourceFile } from '../../workflows/read/source-file.ts';

/** What is looked at together, and what of it is judged. */
export interface GatheredFiles {
  readonly sources: readonly SourceFile[];
  /** Paths as in `sources`. */
  readonly asked: ReadonlySet<string>;
}

/** Folders that hold what others wrote, and what tests are given to read. */
const SKIPPED = new Set([
  'node_modules',
  'deps',
  '_build',
  'dist',
  'build',
  'vendor',
  'target',
  'coverage',
  'fixtures',
  'examples',
  'test',
  'tests',
]);

/** `infra/fly/{app}/{environment}/fly.toml` is five deep. */
const DEPTH_MAX = 6;

/** A repository has fewer files about its deployment than this. */
const FILES_MAX = 2_000;

/** A file that somebody wrote by hand is shorter. */
const BYTES_MAX = 2 ** 20;

/**
 * The files that GitHub workflows are made of and rely on: `.github`, fly.toml, vercel.json, Dockerfiles, scripts, and the
 * documents at the root and in docs. With names, these alone are judged, whatever they are called; the others are read
 * for what they say of them. Paths are as seen from `cwd`. Throws CLI_USAGE for a name that leads to nothing.
 */
export function gatherFiles(root: string, cwd: string, named: readonly string[]): GatheredFiles {
  const paths = new Set(collect(root, '', isLookedFor).map((path) => seenFrom(cwd, join(root, path))));
  const asked = named.flatMap((name) => expand(cwd, name));
  const sources = [...new Set([...asked, ...paths])].flatMap((path) => sourceAt(cwd, path));
  return { sources, asked: named.length === 0 ? paths : new Set(asked) };
}

function sourceAt(cwd: string, path: string): readonly SourceFile[] {
  const file = resolve(cwd, path);
  return statSync(file).size > BYTES_MAX ? [] : [{ path, text: readFileSync(file, 'utf8') }];
}

function expand(cwd: string, name: string): readonly string[] {
  const path = resolve(cwd, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new ToolError('CLI_USAGE', `There is no ${name}.`, {
      hint: 'Name GitHub workflows, or nothing for all that is looked at: glidepath github lint',
    });
  }
  if (found.isDirectory())
    return collect(path, '', (file) => fileKind(file) !== null).map((each) =>
      seenFrom(cwd, join(path, each)),
    );
  if (fileKind(path) !== null) return [seenFrom(cwd, path)];
  throw new ToolError('CLI_USAGE', `There are no rules for ${name}.`, {
    hint: 'There are some for GitHub workflows, dependabot.yml, fly.toml, vercel.json, Dockerfiles, scripts and Markdown.',
  });
}

function seenFrom(cwd: string, path: string): string {
  return relative(cwd, path).split('\\').join('/');
}

/** What is looked at where nobody names anything. */
function isLookedFor(path: string): boolean {
  const kind = fileKind(path);
  const isGithub = path.startsWith('.github/');
  const by: Readonly<Record<FileKind, boolean>> = {
    workflow: /^\.github\/workflows\/[^/]+$/.test(path),
    action: isGithub,
    dependabot: path.startsWith('.github/dependabot.'),
    document: !/(^|\/)(CHANGELOG|HISTORY)/i.test(path) && (!path.includes('/') || path.startsWith('docs/')),
    'fly-toml': true,
    vercel: true,
    dockerfile: true,
    script: true,
  };
  return kind !== null && by[kind];
}

/** Paths below a folder, those of its own first. */
function collect(root: string, folder: string, isWanted: (path: string) => boolean): readonly string[] {
  const found: string[] = [];
  const folders = [folder];
  for (let next = folders.shift(); next !== undefined && found.length < FILES_MAX; next = folders.shift()) {
    const entries = readdirSync(join(root, next), { withFileTypes: true });
    for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = next === '' ? entry.name : `${next}/${entry.name}`;
      if (entry.isFile() && isWanted(path)) found.push(path);
      const isHidden = entry.name.startsWith('.') && entry.name !== '.github';
      if (!entry.isDirectory() || isHidden || SKIPPED.has(entry.name)) continue;
      if (path.split('/').length < DEPTH_MAX) folders.push(path);
    }
  }
  return found;
}
