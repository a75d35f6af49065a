import { FILE_RULES, type FileRule } from './files/file-rules.ts';
import type { Finding } from './finding.ts';
import { applyIgnores } from './ignores/apply-ignores.ts';
import { IGNORE_RULES, type IgnoreRule } from './ignores/ignore-rules.ts';
import type { LintSettings, SqlSource } from './lint-input.ts';
import type { FileReport } from './lint-report.ts';
import { lintSql } from './lint-sql.ts';
import { ALL_RULES } from './rules/all-rules.ts';

/** What is known of any rule, be it about statements, files or directives. */
export type AboutRule = Pick<FileRule | IgnoreRule, 'title' | 'severity' | 'what' | 'why'> & {
  readonly id: string;
};

/** Every rule that a finding may name. */
export const RULE_CATALOGUE: readonly AboutRule[] = [
  ...ALL_RULES,
  ...Object.values(FILE_RULES),
  ...IGNORE_RULES,
];

/** Of these a directive may leave findings out. */
const IGNORABLE: readonly string[] = [...ALL_RULES, ...Object.values(FILE_RULES)].map(({ id }) => id);

/** A source that is a file. */
export interface FileSource extends SqlSource {
  readonly file: string;
}

/** What may be said beside. */
export interface LintFilesOptions {
  /** Findings about the files themselves. */
  readonly known?: readonly Finding[];
  /** Rules that are looked for only where they are asked for. */
  readonly included?: readonly string[];
}

/** The names of the rules that are looked for only where they are asked for. */
export const OPT_IN_RULES: readonly string[] = ALL_RULES.flatMap(({ id, isOptIn }) =>
  isOptIn === true ? [id] : [],
);

/**
 * Looks at migration files in the order in which they would run, and leaves out what directives in them name. One
 * report for each file that has not run.
 */
export async function lintFiles(
  sources: readonly FileSource[],
  settings: LintSettings,
  { known = [], included = [] }: LintFilesOptions = {},
): Promise<readonly FileReport[]> {
  const rules = ALL_RULES.filter(({ id, isOptIn }) => isOptIn !== true || included.includes(id));
  const { findings, syntaxErrors, parsed } = await lintSql(sources, settings, rules);
  const byFile = Map.groupBy([...known, ...findings], (finding) => finding.file);
  const mistakesOf = Map.groupBy(syntaxErrors, (mistake) => mistake.file);
  return sources.flatMap(({ file, text, hasRun }, at): FileReport[] => {
    if (hasRun === true) return [];
    const statements = parsed[at]?.statements ?? [];
    const found = (byFile.get(file) ?? []).toSorted(byPlace);
    const left = applyIgnores({ file, text, statements, findings: found, rules: IGNORABLE });
    const mistakes = mistakesOf.get(file) ?? [];
    return [{ file, text, statements: statements.length, ...left, mistakes }];
  });
}

function byPlace(one: Finding, other: Finding): number {
  return one.line - other.line || one.column - other.column;
}
