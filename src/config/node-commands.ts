import { posix } from 'node:path';

/** A command of a package manager of Node. */
export interface NodeCommand {
  /** The directory whose package.json it reads, from that of the config file; empty for that itself. */
  readonly folder: string;
  readonly text: string;
}

const SEPARATOR = /(&&|\|\||[;|&\n()])/;
const CALLS = /(^|[\s"'`])(npm|npx|pnpm|yarn)(\s|$)/;
/** It fetches what it runs, and needs no package.json. */
const FETCHES = /(^|\s)npx\s+(-y|--yes)\s/;
const ELSEWHERE = /\s(?:--prefix|--dir|--cwd|-C)(?:\s+|=)["']?([^\s"']+)/;
/** Between a package manager and its verb: options, each with a value or without. */
const OPTIONS = String.raw`(?:\s+-\S+(?:\s+[^-\s]\S*)?)*`;
const INSTALLS = new RegExp(
  String.raw`(?:^|\s)(?:(?:npm|pnpm)${OPTIONS}\s+(?:ci|i|install|clean-install)(?:\s|$)|yarn${OPTIONS}(?:\s+install(?:\s|$)|$))`,
);
const CHANGES = /^cd\s+["']?([^\s"']+)["']?$/;

/**
 * The commands of npm, npx, pnpm and Yarn in a shell command that is run in `directory`, each with the directory it works
 * in: after `cd`, or by `--prefix`, `--dir`, `--cwd` and `-C`. Pure.
 */
export function nodeCommands(command: string, directory: string): readonly NodeCommand[] {
  const found: NodeCommand[] = [];
  let folder = directory;
  for (const part of command.split(SEPARATOR)) {
    const text = part.trim();
    const changed = CHANGES.exec(text)?.[1];
    // A subshell ends, and what it changed to with it.
    if (text === ')') folder = directory;
    else if (changed !== undefined) folder = posix.join(folder, changed);
    else if (CALLS.test(text) && !FETCHES.test(text)) {
      const [own = ''] = text.split(' -- ');
      found.push({ folder: folderOf(posix.join(folder, ELSEWHERE.exec(own)?.[1] ?? '')), text });
    }
  }
  return found;
}

/** Whether a command of a package manager installs packages, by the lock file of its folder. */
export function installsPackages({ text }: NodeCommand): boolean {
  return INSTALLS.test(text.replaceAll(/["'`]/g, ' ').trim());
}

function folderOf(path: string): string {
  return path === '.' ? '' : path.replace(/\/$/, '');
}
