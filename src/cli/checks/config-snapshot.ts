import { lstatSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { OwnFiles } from '../../checks/own-files/own-files.ts';
import type { ConfigSources } from '../../config/config-sources.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import { isPlainSource } from '../../config/source/is-plain-source.ts';

/** A file as it was when the project was loaded from it: its size, times, inode and mode. */
type FileMark = readonly [path: string, ...figures: number[]];

/** A project as it was loaded, with all that it depends on. */
interface Snapshot {
  readonly format: 1;
  readonly build: string;
  readonly node: string;
  readonly config: string;
  readonly files: readonly FileMark[];
  /** Variables that were read while it was loaded: SHA-256 of the value, or null. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly project: ResolvedProject;
}

/** A file that was changed this shortly before it was loaded could change again with the same time. */
const STEP_MS = 2_000;

/** Where the snapshot of a project lies, by its config file. */
export function snapshotFile(config: string): string {
  return join(dirname(config), '.glidepath', 'cache', 'config.json');
}

/** The project of a config file, where nothing that it depends on has changed; null wherever that is doubtful. */
export function readSnapshot(
  config: string,
  build: string,
  env: Readonly<Record<string, string | undefined>>,
  own: OwnFiles,
): {
  readonly project: ResolvedProject;
  readonly files: readonly string[];
  readonly env: readonly string[];
} | null {
  try {
    const text = own.read(snapshotFile(config));
    if (text === null) return null;
    const snapshot = JSON.parse(text.toString()) as Snapshot;
    const isSame =
      snapshot.format === 1 &&
      snapshot.build === build &&
      snapshot.node === process.version &&
      snapshot.config === config &&
      snapshot.files.every(isUnchanged) &&
      Object.entries(snapshot.env).every(([name, digest]) => digestOf(env[name]) === digest);
    if (!isSame) return null;
    const files = snapshot.files.map(([path]) => path);
    return { project: snapshot.project, files, env: Object.keys(snapshot.env) };
  } catch {
    // Not what it should be: the config is loaded.
    return null;
  }
}

/**
 * Remembers a project that was just loaded; `loadedAt` is when that began, in milliseconds since 1970. Says whether it could:
 * not where its config does more than name things, nor where one of its files has only just been changed.
 */
export function writeSnapshot(loaded: {
  readonly config: string;
  readonly build: string;
  readonly sources: ConfigSources;
  /** Null where the variables were read as a whole. */
  readonly variables: ReadonlyMap<string, string | undefined> | null;
  readonly loadedAt: number;
  readonly project: ResolvedProject;
  readonly own: OwnFiles;
}): boolean {
  const { config, sources, variables, project, loadedAt } = loaded;
  const modules = modulesOf(config, sources);
  if (modules === null || variables === null) return false;
  const files = [...modules, ...sources.tomls].map(markOf);
  if (!modules.every((path) => isPlainSource(readFileSync(path, 'utf8')))) return false;
  if (files.some(([, , , ctime = Infinity]) => ctime >= loadedAt - STEP_MS)) return false;
  const text = JSON.stringify({
    format: 1,
    build: loaded.build,
    node: process.version,
    config,
    files,
    env: Object.fromEntries([...variables].map(([name, value]) => [name, digestOf(value)])),
    project,
  } satisfies Snapshot);
  if (!isDeepStrictEqual((JSON.parse(text) as Snapshot).project, project)) return false;
  loaded.own.write(snapshotFile(config), text);
  return true;
}

/** The config file and its modules; null where it imports anything but files of TypeScript that it names by a path. */
function modulesOf(config: string, { imports }: ConfigSources): readonly string[] | null {
  const isNamed = imports.every(
    ({ specifier, file }) => /^\.\.?\//.test(specifier) && file !== null && /\.m?ts$/.test(file),
  );
  return isNamed ? [...new Set([config, ...imports.map(({ file }) => file ?? '')])] : null;
}

function isUnchanged([path, ...figures]: FileMark): boolean {
  const [, ...now] = markOf(path);
  return figures.length === now.length && figures.every((figure, index) => figure === now[index]);
}

/** A link and what it leads to: either can be changed. */
function markOf(path: string): FileMark {
  const { size, mtimeMs, ctimeMs, ino, mode } = statSync(path);
  const link = lstatSync(path);
  return [path, size, mtimeMs, Math.max(ctimeMs, link.ctimeMs), ino, mode, link.ino];
}

function digestOf(value: string | undefined): string | null {
  if (value === undefined) return null;
  // Most configs read no variable that is set, and need not wait until this is loaded.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(value).digest('hex');
}
