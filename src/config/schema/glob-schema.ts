import { z } from 'zod';
import { ALTERNATIVES_MAX, expandBraces } from '../expand-braces.ts';
import { rule, type Problem } from './problem.ts';
import { notA } from './scalars.ts';

/** Where home directories and programs are: no project has such folders at its root. */
const MACHINE_FOLDERS = /^\/(home|Users|root|usr|private|mnt)\//;

/** A list of globs of files of the project. */
export const globs: z.ZodType = rule(z.array(rule(z.string(), globProblem)), listProblem);

/** A directory of the project, from that of the config file: no glob, and nothing outside. */
export const directoryPath: z.ZodString = rule(z.string(), directoryProblem);

/** Directories below the one of a check; `/x` is from the root. */
export const directories: z.ZodType = z.array(
  rule(z.string(), (path) => directoryProblem(path.replace(/^\//, ''))),
);

/** A path of a file or directory of the project, and no glob. */
export const projectPath: z.ZodString = rule(z.string(), pathProblem);

/** Globs of files that need no checks. They have no exceptions. */
export const skipGlobs: z.ZodType = z.array(
  rule(z.string(), (glob) =>
    glob.startsWith('!')
      ? {
          says: `is ${JSON.stringify(glob)}, but nothing can be taken out of what is skipped`,
          hint: 'Name only what needs no checks.',
        }
      : globProblem(glob.replace(/^\.\//, '')),
  ),
);

/** What is wrong with one glob, or null. */
export function globProblem(glob: string): Problem | null {
  const plain = glob.startsWith('!') ? glob.slice(1) : glob;
  if (plain.startsWith('!')) {
    return notA(glob, 'a glob', 'One exclamation mark leaves files out; two mean nothing.');
  }
  return outside(glob, plain) ?? syntaxProblem(glob, plain);
}

/** A list that only leaves files out matches nothing at all. */
function listProblem(list: readonly string[]): Problem | null {
  if (list.length === 0) {
    return { says: 'is empty', hint: 'Name some files, or leave the setting out.' };
  }
  return list.every((glob) => glob.startsWith('!'))
    ? {
        says: 'only leaves files out, so that it can never match one',
        hint: "Begin with what is meant: ['**', '!docs/**'].",
      }
    : null;
}

function directoryProblem(path: string): Problem | null {
  const problem = pathProblem(path);
  if (problem !== null) return problem;
  const bare = path.replace(/\/$/, '');
  if (bare === '.') {
    return notA(
      path,
      'a directory below that of the config file',
      'Leave the setting out: it is the default.',
    );
  }
  return bare === path
    ? null
    : notA(path, 'the name of a directory alone', `Write ${bare}, without the slash.`);
}

function pathProblem(path: string): Problem | null {
  const problem = outside(path, path);
  if (problem !== null) return problem;
  if (path.startsWith('/'))
    return notA(path, 'a path of the project', `Write it without the slash in front: ${path.slice(1)}`);
  if (/[*?[\]{}!]/.test(path)) {
    return notA(path, 'a plain path', 'Write one path, without *, ?, [ ], { } and !.');
  }
  return path === '.' ? null : partsProblem(path, path);
}

/** What leads out of the project, or is no path at all. */
function outside(written: string, plain: string): Problem | null {
  if (plain.trim() === '' || plain === '/') {
    return { says: 'is empty', hint: 'Write a path, or leave the setting out.' };
  }
  if (plain.includes('\\')) {
    return notA(written, 'a path with slashes', `Write ${written.replaceAll('\\', '/')}`);
  }
  if (/^([A-Za-z]:|~|\/\/)/.test(plain) || MACHINE_FOLDERS.test(plain)) {
    return {
      says: `is ${JSON.stringify(written)}, a path of one machine`,
      hint: 'Write it from the directory of glidepath.config.ts: packages/api.',
    };
  }
  if (plain.split('/').includes('..')) {
    return {
      says: `is ${JSON.stringify(written)}, which can lead out of the project`,
      hint: 'Write it from the directory of glidepath.config.ts; a glob with / in front: /shared/**.',
    };
  }
  return null;
}

function syntaxProblem(written: string, plain: string): Problem | null {
  const parts = partsProblem(written, plain.replace(/^\//, ''));
  if (parts !== null) return parts;
  const open = unbalanced(plain);
  if (open !== null) {
    return notA(written, 'a glob', `${open} is not closed; a letter that is meant itself is matched by ?.`);
  }
  const each = expandBraces(plain);
  if (each.length > ALTERNATIVES_MAX)
    return notA(
      written,
      `a glob of at most ${ALTERNATIVES_MAX} alternatives`,
      'Write several globs, with fewer braces in each.',
    );
  return each.map((glob) => mixedProblem(written, glob)).find((problem) => problem !== null) ?? null;
}

/** `src/**.ts`; in braces what counts is what each of the alternatives comes to. */
function mixedProblem(written: string, glob: string): Problem | null {
  const mixed = glob.split('/').find((part) => part.includes('**') && part !== '**');
  if (mixed === undefined) return null;
  const better = glob.replace(mixed, mixed.replace(/\*{2,}/, '**/*'));
  return notA(written, 'a glob', `** stands for folders and is alone between slashes: ${better}`);
}

/** `a//b`, `./a`: never the path of a file as git has it. */
function partsProblem(written: string, plain: string): Problem | null {
  const parts = plain.replace(/\/$/, '').split('/');
  if (parts.length === 1 && parts[0] === '.') return null;
  if (parts.every((part) => part !== '' && part !== '.')) return null;
  const better = parts.filter((part) => part !== '' && part !== '.').join('/');
  return notA(written, 'a path as git writes it', `Write ${better}`);
}

/** The bracket that has no other half. */
function unbalanced(glob: string): '[' | '{' | null {
  let braces = 0;
  let isClass = false;
  for (const letter of glob) {
    if (isClass) isClass = letter !== ']';
    else if (letter === '[') isClass = true;
    else if (letter === '{') braces += 1;
    else if (letter === '}') braces -= 1;
    if (braces < 0) return '{';
  }
  if (isClass) return '[';
  return braces > 0 ? '{' : null;
}
