import type { WorkflowFinding, WorkflowReport } from './finding.ts';
import { findingOf } from './finding-of.ts';
import { applyIgnores } from './ignores/apply-ignores.ts';
import { IGNORE_RULES } from './ignores/ignore-rules.ts';
import { readFileAs, type LintedFile, type LintedRepository } from './read/linted-file.ts';
import type { SourceFile } from './read/source-file.ts';
import { textPlaces } from './read/text-place.ts';
import { ALL_RULES } from './rules/all-rules.ts';
import { OUTSIDE_RULES } from './rules/outside-rules.ts';
import type { AboutRule, Found, WorkflowRule } from './rules/rule.ts';

/** Every rule that a finding may name. */
export const RULE_CATALOGUE: readonly AboutRule[] = [...ALL_RULES, ...OUTSIDE_RULES, ...IGNORE_RULES];

/** Of these a directive may leave findings out. */
const IGNORABLE: readonly AboutRule[] = [...ALL_RULES, ...OUTSIDE_RULES];

/** What somebody else found: the syntax check, the shell. */
export interface OutsideFound {
  readonly file: string;
  readonly rule: AboutRule;
  readonly found: Found;
}

/** What may be said beside. */
export interface LintFilesOptions {
  /** Say also what only the pedantic want to hear. */
  readonly isPedantic?: boolean;
  /** Found by somebody else in the same files. */
  readonly outside?: readonly OutsideFound[];
  readonly rules?: readonly WorkflowRule[];
  /** Judged are only these; the others are looked at for what they say of them. All of them otherwise. */
  readonly asked?: ReadonlySet<string>;
}

/**
 * Looks at the files of a repository together, and leaves out what directives in them name. One report for each file that
 * there are rules for.
 */
export function lintFiles(
  sources: readonly SourceFile[],
  { isPedantic = false, outside = [], rules = ALL_RULES, asked }: LintFilesOptions = {},
): readonly WorkflowReport[] {
  const files = sources.flatMap((source) => readFileAs(source) ?? []);
  const repository = { files, workflows: files.flatMap(({ workflow }) => workflow ?? []) };
  return files
    .filter(({ path }) => asked?.has(path) ?? true)
    .map((file) => reportOf(file, { repository, isPedantic, outside, rules }));
}

interface Lint {
  readonly repository: LintedRepository;
  readonly isPedantic: boolean;
  readonly outside: readonly OutsideFound[];
  readonly rules: readonly WorkflowRule[];
}

function reportOf(file: LintedFile, { repository, isPedantic, outside, rules }: Lint): WorkflowReport {
  const placeOf = textPlaces(file.text);
  const found = rules.flatMap((rule) =>
    rule
      .check(rule.isForShown === true ? file : { ...file, shown: [] }, repository)
      .map((each) => findingOf(rule, file, each, placeOf)),
  );
  const told = outside
    .filter((each) => each.file === file.path)
    .map((each) => findingOf(each.rule, file, each.found, placeOf));
  const wanted = once([...found, ...told]).filter(({ persona }) => isPedantic || persona === 'regular');
  const looked = IGNORABLE.filter(({ persona }) => isPedantic || persona === 'regular').map(({ id }) => id);
  const left = applyIgnores({
    file,
    kind: file.kind,
    findings: wanted,
    rules: IGNORABLE.map(({ id }) => id),
    looked: new Set(looked),
  });
  const mistakes = file.mistakes.map(({ start, message }) => ({ ...placeOf(start), message, hint: null }));
  return { file: file.path, text: file.text, ...left, findings: left.findings.toSorted(byPlace), mistakes };
}

/** An anchor is met wherever it is used; what is wrong with it is said once. */
function once(findings: readonly WorkflowFinding[]): readonly WorkflowFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ rule, line, column, message }) => {
    const key = `${rule} ${line}:${column} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

function byPlace(one: WorkflowFinding, other: WorkflowFinding): number {
  return one.line - other.line || one.column - other.column;
}
