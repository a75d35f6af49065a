import { nameHint } from '../../config/did-you-mean.ts';
import { ignoreDirective, type IgnoreDirective } from '../../config/ignore-directive.ts';
import type { WorkflowFinding } from '../finding.ts';
import { findingOf } from '../finding-of.ts';
import type { FileKind } from '../read/file-kind.ts';
import type { SourceFile } from '../read/source-file.ts';
import { textPlaces } from '../read/text-place.ts';
import type { AboutRule } from '../rules/rule.ts';
import { directiveComments, directiveReach } from './directive-reach.ts';
import { UNKNOWN, UNUSED, WITHOUT_REASON } from './ignore-rules.ts';

/** What stands where in a file. */
export interface IgnoreInput {
  readonly file: SourceFile;
  readonly kind: FileKind;
  readonly findings: readonly WorkflowFinding[];
  /** The names of all rules that there are. */
  readonly rules: readonly string[];
  /** Of these, the names of those that were looked for: only of them it is known that they find nothing. */
  readonly looked: ReadonlySet<string>;
}

/** What is left, and what was left out. */
export interface Ignored {
  readonly findings: readonly WorkflowFinding[];
  readonly ignored: readonly { readonly finding: WorkflowFinding; readonly reason: string }[];
}

/**
 * Leaves out the findings that directives in the file name with a reason, and finds fault with the directives: one
 * without a reason, one that names no rule there is, one that leaves nothing out.
 */
export function applyIgnores(input: IgnoreInput): Ignored {
  const { file, kind, findings } = input;
  const reasons = new Map<WorkflowFinding, string>();
  const faults: WorkflowFinding[] = [];
  const lines = file.text.split('\n');
  const placeOf = textPlaces(file.text);
  for (const comment of directiveComments(file.text, kind)) {
    const directive = ignoreDirective(comment);
    if (directive === null) continue;
    const fault = (rule: AboutRule, message: string): void =>
      void faults.push(findingOf(rule, file, { at: comment, message }, placeOf));
    if (directive.scope === 'unknown') {
      fault(UNKNOWN, `${directive.word} is no directive.${meantHint(directive.meant)}`);
      continue;
    }
    if (!isUsable(directive, input.rules, fault)) continue;
    const { line } = placeOf(comment.start);
    const reach = directive.scope === 'file' ? null : directiveReach(lines, line, kind);
    for (const rule of directive.rules) {
      const meant = findings.filter(
        (each) =>
          each.rule === rule && (reach === null || (reach.from <= each.line && each.line <= reach.to)),
      );
      if (meant.length === 0 && input.looked.has(rule)) {
        fault(
          UNUSED,
          `The directive leaves nothing out: ${rule} finds nothing ${reach === null ? 'in this file' : 'below it'}.`,
        );
      }
      for (const each of meant) if (!reasons.has(each)) reasons.set(each, directive.reason);
    }
  }
  return {
    findings: [...findings.filter((each) => !reasons.has(each)), ...faults],
    ignored: [...reasons].map(([finding, reason]) => ({ finding, reason })),
  };
}

function isUsable(
  { rules, reason }: IgnoreDirective,
  known: readonly string[],
  fault: (rule: AboutRule, message: string) => void,
): boolean {
  if (rules.length === 0) fault(UNKNOWN, 'The directive names no rule.');
  for (const rule of rules.filter((each) => !known.includes(each))) {
    fault(UNKNOWN, `There is no rule ${rule}. ${ruleHint(rule, known)}`);
  }
  if (reason === '' && rules.length > 0) {
    fault(WITHOUT_REASON, 'The directive gives no reason, so it counts for nothing.');
  }
  return rules.length > 0 && reason !== '';
}

function ruleHint(rule: string, known: readonly string[]): string {
  return nameHint(rule, known, 'rules').replace(
    /^Known rules: .*/,
    'See the rules: docs/reference/workflow-rules.md',
  );
}

function meantHint(meant: string | null): string {
  return meant === null
    ? ' There are glidepath-ignore and glidepath-ignore-file.'
    : ` Did you mean ${meant}?`;
}
