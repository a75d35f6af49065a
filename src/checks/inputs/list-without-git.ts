import type { Ignore, Options } from 'ignore';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { figuresOf } from './file-figures.ts';
import { namesIn, namesText } from './directory-names.ts';
import type { Listing } from './listing.ts';
import { unreadableInput } from './unreadable-input.ts';

/** Never a source, also where nothing says so. */
const LEFT_OUT = new Set(['.git', '.glidepath', 'node_modules']);

type Ignores = (path: string) => boolean | null;

/**
 * Lists a directory that is no checkout, or on a machine without git: all but what its `.gitignore` files name. Throws
 * CHECK_INPUT_UNREADABLE.
 */
export async function listWithoutGit(root: string): Promise<Listing> {
  // Only now: a checkout has git for it.
  const { default: ignore } = await import('ignore');
  const files: string[] = [];
  const directories: Listing['directories'] = [];
  const visit = (directory: string, rules: readonly Ignores[]): void => {
    const absolute = join(root, directory);
    const figures = figuresOf(lstatSync(absolute, { throwIfNoEntry: false }));
    const names = readNames(absolute, directory);
    directories.push({ path: directory, figures, names });
    const prefix = directory === '' ? '' : `${directory}/`;
    const entries = namesIn(names);
    const own = entries.some(({ name, kind }) => name === '.gitignore' && kind === 'file')
      ? [rulesOf(ignore, prefix, readRules(absolute, prefix)), ...rules]
      : rules;
    for (const { name, kind } of entries) {
      const path = prefix + name;
      if (LEFT_OUT.has(name) || isIgnored(own, kind === 'directory' ? `${path}/` : path)) continue;
      if (kind === 'directory') visit(path, own);
      else if (kind !== 'other') files.push(path);
    }
  };
  visit('', []);
  return { files, directories, guards: repositoriesAbove(root), isSettled: true };
}

/** The nearest file that says something about a path decides. */
function isIgnored(rules: readonly Ignores[], path: string): boolean {
  for (const ignores of rules) {
    const answer = ignores(path);
    if (answer !== null) return answer;
  }
  return false;
}

function rulesOf(ignore: (options: Options) => Ignore, prefix: string, text: string): Ignores {
  const rules = ignore({ ignorecase: false }).add(text);
  return (path) => {
    const { ignored, unignored } = rules.test(path.slice(prefix.length));
    return ignored ? true : unignored ? false : null;
  };
}

function readNames(absolute: string, directory: string): string {
  try {
    return namesText(absolute);
  } catch (error) {
    throw unreadableInput(directory === '' ? '.' : directory, error);
  }
}

function readRules(absolute: string, prefix: string): string {
  try {
    return readFileSync(join(absolute, '.gitignore'), 'utf8');
  } catch (error) {
    throw unreadableInput(`${prefix}.gitignore`, error);
  }
}

/** Where a repository would appear that the directory then belongs to. */
function repositoriesAbove(root: string): string[] {
  const paths: string[] = [];
  for (let at = root; ; at = dirname(at)) {
    const path = join(at, '.git');
    // One that is there already, and of which git says nothing, changes with every command.
    if (!existsSync(path)) paths.push(path);
    if (at === dirname(at)) return paths;
  }
}
