import type { WorkflowFinding } from './finding.ts';
import type { SourceFile } from './read/source-file.ts';
import type { TextPlace } from './read/text-place.ts';
import type { AboutRule, Found } from './rules/rule.ts';

/** Where the rules are explained. */
export const RULES_PAGE = 'docs/reference/workflow-rules.md';

/** What a rule found, with its place and everything that the rule says by itself. */
export function findingOf(
  rule: AboutRule,
  { path, text }: SourceFile,
  found: Found,
  placeOf: (index: number) => TextPlace,
): WorkflowFinding {
  return {
    rule: rule.id,
    severity: found.severity ?? rule.severity,
    persona: found.persona ?? rule.persona,
    file: path,
    ...placeOf(found.at.start),
    statement: text.slice(found.at.start, found.at.end).trimEnd(),
    message: found.message,
    why: rule.why,
    hint: found.hint ?? rule.hint,
    code: found.code ?? null,
    page: `${RULES_PAGE}#${rule.id}`,
  };
}
