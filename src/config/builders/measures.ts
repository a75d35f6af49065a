import type { CheckDefinition } from '../definition/check-definition.ts';
import { REPORTS, type OwnCheckOptions } from './own-checks.ts';
import { shellWord } from './shell-word.ts';

/** What `complexity` takes. */
export interface ComplexityOptions<N extends string = never> extends OwnCheckOptions<N> {
  /** The most ways through one function: its cyclomatic complexity. Default 15; Credo reads its own from `.credo.exs`. */
  readonly max?: number;
  /** What is looked at. Default `['src']`, for Credo what it looks at anyway. */
  readonly paths?: readonly string[];
  /** A tool of the project itself. Default `oxlint`, which reads JavaScript and TypeScript; `credo` reads Elixir. */
  readonly tool?: 'oxlint' | 'credo';
}

/** What `duplication` takes. */
export interface DuplicationOptions<N extends string = never> extends OwnCheckOptions<N> {
  /** The largest share of lines that stand somewhere else as well. Default 3. */
  readonly maxPercent?: number;
  /** What is looked at. Default `['src']`. */
  readonly paths?: readonly string[];
}

/** In no function may there be more ways through than `max`. Measured by a tool that the project has. */
export function complexity<const N extends string = never>(
  options: ComplexityOptions<N> = {},
): CheckDefinition<N> {
  const { max = 15, paths, tool = 'oxlint', ...rest } = options;
  const file = `${REPORTS}/complexity.sarif`;
  const command = tool === 'oxlint' ? oxlint(max, paths ?? ['src'], file) : credo(paths ?? [], file);
  return { command, ...rest, reports: { sarif: [file] } };
}

/** No more lines than `maxPercent` may stand twice. Measured by jscpd, which the project has among its devDependencies. */
export function duplication<const N extends string = never>(
  options: DuplicationOptions<N> = {},
): CheckDefinition<N> {
  const { maxPercent = 3, paths = ['src'], ...rest } = options;
  const output = `${REPORTS}/duplication`;
  // What counts is the share of all lines, so that none of the places is worse than a hint in the report.
  // One pattern and not several paths: only so the report names files from here.
  const below = paths.map((path) => `${path.replace(/\/$/, '')}/**`);
  const pattern = below.length === 1 ? (below[0] ?? '') : `{${below.join(',')}}`;
  const command = [
    needsTool('jscpd', 'npm install --save-dev jscpd'),
    `jscpd . --pattern ${shellWord(pattern)} --fail-on-empty --threshold ${maxPercent} --reporters console,sarif --sarif-error-tokens 1000000 --output ${output} --no-colors --no-tips`,
  ].join('; ');
  return { command, ...rest, reports: { sarif: [`${output}/jscpd-report.sarif`] } };
}

/** The rules of the project itself are left aside: only this one counts. Twice, for whoever reads it and for the report. */
function oxlint(max: number, paths: readonly string[], file: string): string {
  const rules = JSON.stringify({
    categories: { correctness: 'off' },
    rules: { 'eslint/complexity': ['error', { max }] },
  });
  const run = `printf %s '${rules}' | oxlint --config /dev/stdin --disable-nested-config ${words(paths)}`;
  return [
    needsTool('oxlint', 'npm install --save-dev oxlint'),
    `mkdir -p ${REPORTS}`,
    `${run} --format sarif > ${file}`,
    run,
  ].join('; ');
}

/** The limit is that of `.credo.exs`: Credo has no option for it. */
function credo(paths: readonly string[], file: string): string {
  const run = `mix credo --strict --only Credo.Check.Refactor.CyclomaticComplexity ${words(paths)}`.trim();
  return [`mkdir -p ${REPORTS}`, `${run} --format sarif > ${file}`, run].join('; ');
}

/** Ends with what to do where the project does not have a tool. */
function needsTool(tool: string, install: string): string {
  const sentence = `There is no ${tool} here. Bring it with: ${install}`;
  return `PATH="$PWD/node_modules/.bin:$PATH"; command -v ${tool} >/dev/null || { echo '${sentence}' >&2; exit 1; }`;
}

function words(paths: readonly string[]): string {
  return paths.map(shellWord).join(' ');
}
