import type { ToolVersionsOptions } from './tool-versions-options.ts';
import { accessSync, constants, lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { digestFile } from '../inputs/digest-file.ts';
import { isWithin } from '../inputs/glob-parts.ts';
import { readOwnVersion } from './read-own-version.ts';
import type { OwnFiles } from '../own-files/own-files.ts';

/** The versions of tools. */
export interface ToolVersions {
  /**
   * A version for each name: what the tool says of itself, `sha256:…` of its file for one that is not known to say it,
   * `of the project` for one that its lock file decides about, `missing` for one that is not there. Never throws.
   */
  of(names: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Where tools were looked for and found by now, absolute: what they are is the same as long as all of it is. */
  watched(): readonly string[];
}

interface Remembered {
  readonly size: number;
  readonly mtimeMs: number;
  readonly version: string;
}

/** What version managers put in the place of a tool decides by these files what it starts. */
const SHIM_FILES = ['.tool-versions', 'mise.toml', '.mise.toml', '.config/mise/config.toml', '.node-version'];

/** Looks for tools and asks for their versions, once for each file of a tool. */
export function createToolVersions(options: ToolVersionsOptions): ToolVersions {
  const { root, directory, env, known, own } = options;
  const file = join(directory, 'tools.json');
  const found = new Map<string, Promise<string>>();
  let remembered: Record<string, Remembered> | null = null;
  const watched = new Set<string>();

  const ask = async (name: string, signal: AbortSignal): Promise<string> => {
    const given = Object.hasOwn(known, name) ? known[name] : undefined;
    if (given !== undefined) return given;
    const tool = locate(name, env['PATH'] ?? '', watched);
    if (tool === null) return 'missing';
    if (isWithin(root, tool.real)) return 'of the project';
    remembered ??= readRemembered(file, own);
    const isShim = tool.path.includes('/shims/');
    if (isShim) for (const path of shimFiles(root, env['HOME'])) watched.add(path);
    const mark = isShim ? `${tool.real} ${shimMark(root, env['HOME'])}` : tool.real;
    const before = Object.hasOwn(remembered, mark) ? remembered[mark] : undefined;
    const { size, mtimeMs } = tool.stats;
    if (before?.size === size && before.mtimeMs === mtimeMs) return before.version;
    const version =
      (await readOwnVersion(options, name, tool.path, signal)) ??
      `sha256:${digestFile(tool.real, tool.stats, signal) ?? ''}`;
    remembered[mark] = { size, mtimeMs, version };
    own.write(file, JSON.stringify({ ...readRemembered(file, own), ...remembered }));
    return version;
  };

  return {
    async of(names, signal) {
      const versions = await Promise.all(
        names.map(async (name) => {
          const asked = found.get(name) ?? ask(name, signal).catch(() => 'missing');
          found.set(name, asked);
          return [name, await asked] as const;
        }),
      );
      signal.throwIfAborted();
      return Object.fromEntries(versions);
    },
    watched: () => [...watched],
  };
}

function locate(
  name: string,
  path: string,
  watched: Set<string>,
): { path: string; real: string; stats: Stats } | null {
  const candidates = isAbsolute(name)
    ? [name]
    : path
        .split(delimiter)
        .filter(isAbsolute)
        .map((folder) => join(folder, name));
  for (const candidate of candidates) {
    watched.add(candidate);
    const stats = statSync(candidate, { throwIfNoEntry: false });
    if (stats?.isFile() !== true || !isExecutable(candidate)) continue;
    const real = realpathSync(candidate);
    watched.add(real);
    return { path: candidate, real, stats };
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function shimFiles(root: string, home: string | undefined): string[] {
  return [root, ...(home === undefined ? [] : [home])].flatMap((folder) =>
    SHIM_FILES.map((name) => join(folder, name)),
  );
}

function shimMark(root: string, home: string | undefined): string {
  return shimFiles(root, home)
    .map((path) => lstatSync(path, { throwIfNoEntry: false }))
    .map((stats) => (stats === undefined ? '-' : `${stats.size}:${stats.mtimeMs}`))
    .join(' ');
}

function readRemembered(file: string, own: OwnFiles): Record<string, Remembered> {
  try {
    const read: unknown = JSON.parse(own.read(file)?.toString() ?? '{}');
    return typeof read === 'object' && read !== null ? { ...(read as Record<string, Remembered>) } : {};
  } catch {
    // Spoilt: every tool is asked again.
    return {};
  }
}
