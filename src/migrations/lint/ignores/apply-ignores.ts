import { nameHint } from '../../../config/did-you-mean.ts';
import {
  ignoreDirective,
  type IgnoreDirective,
  type UnknownDirective,
} from '../../../config/ignore-directive.ts';
import type { Finding } from '../finding.ts';
import type { IgnoredFinding } from '../lint-report.ts';
import { textPlaces, type TextPlace } from '../parse/statement.ts';
import { UNKNOWN, UNUSED, WITHOUT_REASON, type IgnoreRule } from './ignore-rules.ts';
import { sqlComments } from './sql-comments.ts';

/** What stands where in a file. */
export interface IgnoreInput {
  readonly file: string | null;
  readonly text: string;
  /** The statements of the file in their order: where each begins, and how it is written. */
  readonly statements: readonly { readonly start: number; readonly text: string }[];
  readonly findings: readonly Finding[];
  /** The names of all rules that there are. */
  readonly rules: readonly string[];
}

/**
 * Leaves out the findings that directives in the file name with a reason, and finds fault with the directives: one
 * without a reason, one that names no rule there is, one that leaves nothing out.
 */
export function applyIgnores(input: IgnoreInput): {
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
} {
  if (!/glidepath/i.test(input.text)) return { findings: input.findings, ignored: [] };
  const placeOf = textPlaces(input.text);
  const reasons = new Map<Finding, string>();
  const faults: Finding[] = [];
  for (const directive of directivesOf(input.text)) {
    const place = placeOf(directive.comment.start);
    const judged = judge(directive, input, placeOf);
    for (const finding of judged.out) if (!reasons.has(finding)) reasons.set(finding, judged.reason);
    for (const fault of judged.faults) faults.push(faultFinding(fault, directive, input, place));
  }
  return {
    findings: inOrder([...input.findings.filter((finding) => !reasons.has(finding)), ...faults]),
    ignored: [...reasons].map(([finding, reason]) => ({ finding, reason })),
  };
}

type Directive = IgnoreDirective | UnknownDirective;

function directivesOf(text: string): readonly Directive[] {
  return sqlComments(text)
    .map(ignoreDirective)
    .filter((directive) => directive !== null);
}

interface Fault {
  readonly rule: IgnoreRule;
  readonly message: string;
  readonly safeForm: string | null;
}

interface Judged {
  readonly out: readonly Finding[];
  readonly reason: string;
  readonly faults: readonly Fault[];
}

function judge(directive: Directive, input: IgnoreInput, placeOf: (index: number) => TextPlace): Judged {
  if (directive.scope === 'unknown') return { out: [], reason: '', faults: [unknownWord(directive)] };
  const { rules, reason } = directive;
  const faults = rules.filter((rule) => !input.rules.includes(rule)).map((rule) => unknownRule(rule, input));
  if (rules.length === 0) faults.push(unnamedRule(directive));
  const known = rules.filter((rule) => input.rules.includes(rule));
  if (reason === '') {
    const missing = known.length > 0 || rules.length === 0 ? [withoutReason(directive)] : [];
    return { out: [], reason, faults: [...missing, ...faults] };
  }
  const reach = directive.scope === 'file' ? null : reachOf(directive, input, placeOf);
  const out: Finding[] = [];
  for (const rule of known) {
    const meant = input.findings.filter((finding) => finding.rule === rule && isWithin(finding, reach));
    if (meant.length === 0) faults.push(unused(rule, directive));
    out.push(...meant);
  }
  return { out, reason, faults };
}

interface Reach {
  readonly from: TextPlace;
  readonly to: TextPlace;
}

/**
 * The statement that a directive speaks of: the one it stands in, else the last one that ends on its line, else the next
 * one. A reach of nothing where there is none.
 */
function reachOf(
  { comment }: IgnoreDirective,
  { statements }: IgnoreInput,
  placeOf: (index: number) => TextPlace,
): Reach {
  const { line } = placeOf(comment.start);
  const around = statements.find(
    ({ start, text }) => start < comment.start && comment.end <= start + text.length,
  );
  const before = statements.findLast(
    ({ start, text }) => start < comment.start && placeOf(start + text.length).line === line,
  );
  const meant = around ?? before ?? statements.find(({ start }) => start >= comment.end);
  if (meant === undefined) return { from: { line: 0, column: 0 }, to: { line: 0, column: 0 } };
  return { from: placeOf(meant.start), to: placeOf(meant.start + meant.text.length) };
}

function isWithin(place: TextPlace, reach: Reach | null): boolean {
  return reach === null || (comparePlaces(place, reach.from) >= 0 && comparePlaces(place, reach.to) <= 0);
}

function unknownWord({ word, meant }: UnknownDirective): Fault {
  const hint =
    meant === null ? 'There are glidepath-ignore and glidepath-ignore-file.' : `Did you mean ${meant}?`;
  return { rule: UNKNOWN, message: `${word} is no directive. ${hint}`, safeForm: null };
}

function unknownRule(name: string, { rules }: IgnoreInput): Fault {
  const hint = nameHint(name, rules, 'rules').replace(
    /^Known rules: .*/,
    'See the rules: docs/reference/migration-rules.md',
  );
  return { rule: UNKNOWN, message: `There is no rule ${name}. ${hint}`, safeForm: null };
}

function unnamedRule({ comment }: IgnoreDirective): Fault {
  const [word = ''] = comment.text.trim().split(/[\s:]/, 1);
  return {
    rule: UNKNOWN,
    message: 'The directive names no rule.',
    safeForm: `-- ${word} <rule>: <why this may be>`,
  };
}

function withoutReason({ comment, rules }: IgnoreDirective): Fault {
  const [word = ''] = comment.text.trim().split(/[\s:]/, 1);
  return {
    rule: WITHOUT_REASON,
    message: 'The directive gives no reason, so it counts for nothing.',
    safeForm: `-- ${word} ${rules.length === 0 ? '<rule>' : rules.join(', ')}: <why this may be>`,
  };
}

function unused(rule: string, { scope }: IgnoreDirective): Fault {
  const what = scope === 'file' ? 'this file' : 'its statement';
  return {
    rule: UNUSED,
    message: `The directive leaves nothing out: ${rule} finds nothing in ${what}.`,
    safeForm: null,
  };
}

function faultFinding(fault: Fault, { comment }: Directive, input: IgnoreInput, place: TextPlace): Finding {
  return {
    rule: fault.rule.id,
    severity: fault.rule.severity,
    file: input.file,
    ...place,
    statement: input.text.slice(comment.start, comment.end),
    message: fault.message,
    why: null,
    locks: [],
    safeForm: fault.safeForm,
  };
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(comparePlaces);
}

function comparePlaces(one: TextPlace, other: TextPlace): number {
  return one.line - other.line || one.column - other.column;
}
