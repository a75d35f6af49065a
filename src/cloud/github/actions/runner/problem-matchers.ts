import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Script, createContext } from 'node:vm';
import type { Context } from 'node:vm';
import { z } from 'zod';
import type { Annotation } from './annotation.ts';

/** What a pattern may name by the number of its group. */
const FIELDS = ['file', 'line', 'column', 'severity', 'code', 'message', 'fromPath'] as const;
type Field = (typeof FIELDS)[number];
type Found = Partial<Record<Field, string>>;

const group = z.int().min(0).optional();
const patternSchema = z.object({
  regexp: z.string().default(''),
  loop: z.boolean().default(false),
  file: group,
  line: group,
  column: group,
  severity: group,
  code: group,
  message: group,
  fromPath: group,
});
const matcherSchema = z.object({
  owner: z.string().min(1),
  severity: z.enum(['', 'error', 'warning', 'notice']).catch('').default(''),
  fromPath: z.string().default(''),
  pattern: z.union([z.array(patternSchema).min(1), patternSchema.transform((one) => [one])]),
});
const fileSchema = z.object({ problemMatcher: z.array(matcherSchema).default([]) });

interface Matcher {
  readonly owner: string;
  readonly severity: string;
  readonly fromPath: string;
  readonly patterns: readonly (z.infer<typeof patternSchema> & { readonly expression: RegExp })[];
  /** What the patterns before the last have found so far. */
  readonly state: (Found | null)[];
  timeouts: number;
}

/** What a pattern is tried in. */
interface Space {
  expression: RegExp;
  line: string;
  match: RegExpExecArray | null;
}

/** A pattern that takes longer than this on a line, three times, is put out of use (actions/runner OutputManager). */
const MATCH_TIMEOUT_MS = 1_000;
const TIMEOUTS_MAX = 3;
const LEVELS: Readonly<Record<string, Annotation['level']>> = {
  '': 'failure',
  error: 'failure',
  warning: 'warning',
  notice: 'notice',
};

/** A file of matchers that is not as it must be. */
export class MatcherFileError extends Error {
  override readonly name: string = 'MatcherFileError';
}

/**
 * The problem matchers of a job: they turn lines of any program into annotations. docs: actions/runner ADR 0276. State:
 * those that were added, the newest first, and how far those of several lines are.
 */
export class ProblemMatchers {
  readonly #workspace: string;
  readonly #space: Space;
  readonly #script: Script = new Script('match = expression.exec(line)');
  readonly #removed: string[] = [];
  #matchers: readonly Matcher[] = [];

  constructor(workspace: string) {
    this.#workspace = workspace;
    this.#space = createContext({ expression: /./u, line: '', match: null }) as Space & Context;
  }

  /** `::add-matcher::FILE`: one of the same owner is replaced. Throws a {@link MatcherFileError}. */
  add(file: string): void {
    const added = this.#read(file);
    const owners = new Set(added.map(({ owner }) => owner.toLowerCase()));
    this.#matchers = [...added, ...this.#matchers.filter(({ owner }) => !owners.has(owner.toLowerCase()))];
  }

  /** `::remove-matcher owner=NAME::`, or with the file that they were added with. */
  remove(by: { readonly owner: string } | { readonly file: string }): void {
    const owners = 'owner' in by ? [by.owner] : this.#read(by.file).map(({ owner }) => owner);
    const gone = new Set(owners.map((one) => one.toLowerCase()));
    this.#matchers = this.#matchers.filter(({ owner }) => !gone.has(owner.toLowerCase()));
  }

  /** What was removed for its slowness since this was last asked for; each is to be told of. */
  takeRemoved(): readonly string[] {
    return this.#removed.splice(0);
  }

  /** A step begins: what goes over several lines begins anew. */
  begin(): void {
    for (const matcher of this.#matchers) reset(matcher);
  }

  /** What a line of a step says; null when no matcher knows it. */
  match(written: string): Annotation | null {
    if (this.#matchers.length === 0) return null;
    const line = stripVTControlCharacters(written);
    for (const matcher of this.#matchers) {
      const found = this.#found(matcher, line);
      if (found === null) continue;
      for (const other of this.#matchers) if (other !== matcher) reset(other);
      const annotation = this.#annotationOf(matcher, found);
      if (annotation !== null) return annotation;
    }
    return null;
  }

  #found(matcher: Matcher, line: string): Found | null {
    const { patterns, state } = matcher;
    const last = patterns.length - 1;
    for (let at = last; at >= 0; at -= 1) {
      const before = at === 0 ? {} : (state[at - 1] ?? null);
      if (before === null) continue;
      const found = this.#try(matcher, at, line);
      const all = found === null ? null : { ...found, ...before };
      if (at < last) {
        state[at] = all;
        continue;
      }
      if (all === null) {
        if (at > 0) state[at - 1] = null;
        continue;
      }
      reset(matcher);
      if (patterns[at]?.loop === true) state[at - 1] = before;
      return all;
    }
    return null;
  }

  /** Of a file of the checked-out repository; patterns are tried with a limit, as they may take for ever. */
  #try(matcher: Matcher, at: number, line: string): Found | null {
    const pattern = matcher.patterns[at];
    if (pattern === undefined) return null;
    Object.assign(this.#space, { expression: pattern.expression, line, match: null });
    try {
      this.#script.runInContext(this.#space, { timeout: MATCH_TIMEOUT_MS });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      matcher.timeouts += 1;
      if (matcher.timeouts >= TIMEOUTS_MAX) {
        this.#matchers = this.#matchers.filter((one) => one !== matcher);
        this.#removed.push(matcher.owner);
      }
      return null;
    }
    const { match } = this.#space;
    if (match === null) return null;
    return Object.fromEntries(
      FIELDS.flatMap((field) => {
        const number = pattern[field];
        return number === undefined ? [] : [[field, match[number] ?? '']];
      }),
    );
  }

  #annotationOf(matcher: Matcher, found: Found): Annotation | null {
    const message = found.message ?? '';
    const level = LEVELS[(found.severity || matcher.severity).toLowerCase()];
    if (message.trim() === '' || level === undefined) return null;
    const number = (text = ''): number | null => (/^\d+$/u.test(text) ? Number(text) : null);
    const [line, column] = [number(found.line), number(found.column)];
    return {
      level,
      message,
      title: null,
      path: this.#pathOf(found.file ?? '', found.fromPath || matcher.fromPath),
      startLine: line,
      endLine: line,
      startColumn: column,
      endColumn: column,
    };
  }

  /** From the root of the repository around the file; null when there is no such file in one. */
  #pathOf(file: string, from: string): string | null {
    if (file.trim() === '') return null;
    const full = resolve(this.#workspace, isAbsolute(file) ? '' : dirname(from || '.'), file);
    if (!existsSync(full) || relative(this.#workspace, full).startsWith('..')) return null;
    for (let dir = dirname(full); dir.startsWith(this.#workspace); dir = dirname(dir))
      if (existsSync(join(dir, '.git'))) return relative(dir, full);
    return null;
  }

  #read(file: string): Matcher[] {
    try {
      const text = readFileSync(resolve(this.#workspace, file), 'utf8');
      const parsed = fileSchema.safeParse(JSON.parse(text.replace(/^\uFEFF/u, '')));
      if (!parsed.success)
        throw new MatcherFileError(`${file} is not valid: ${z.prettifyError(parsed.error)}`);
      return parsed.data.problemMatcher.map(matcherOf);
    } catch (error) {
      if (error instanceof MatcherFileError) throw error;
      throw new MatcherFileError(`${file}: ${(error as Error).message}`);
    }
  }
}

function matcherOf({ owner, severity, fromPath, pattern }: z.infer<typeof matcherSchema>): Matcher {
  const last = pattern.length - 1;
  if (pattern.some(({ loop }, at) => loop && (at === 0 || at !== last)))
    throw new MatcherFileError("Only the last pattern in a multiline matcher may set 'loop'");
  for (const field of FIELDS)
    if (pattern.filter((one) => one[field] !== undefined).length > 1)
      throw new MatcherFileError(`The property '${field}' is set twice`);
  if (pattern.every(({ message }) => message === undefined))
    throw new MatcherFileError("At least one pattern must set 'message'");
  const patterns = pattern.map((one) => ({ ...one, expression: new RegExp(one.regexp) }));
  return { owner, severity, fromPath, patterns, state: [], timeouts: 0 };
}

function reset(matcher: Matcher): void {
  matcher.state.length = 0;
}
