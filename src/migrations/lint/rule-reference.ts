import { assert } from '../../util/assert.ts';
import type { Severity } from './finding.ts';
import type { LintSettings } from './lint-input.ts';
import { lintSql } from './lint-sql.ts';
import type { Rule } from './rule.ts';

/** What every rule has, those about files and directives among them. */
export interface NamedRule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly what: string;
  readonly why: string;
}

/** The rules that look at no statement. */
export interface OtherRules {
  readonly files: readonly NamedRule[];
  readonly directives: readonly NamedRule[];
}

/** What a server of today does with each example: nobody has set a bound on waiting, and the tool opens no transaction. */
const EXAMPLE_SETTINGS: LintSettings = {
  postgresVersion: 18,
  inTransaction: false,
  hasLockTimeout: false,
  tables: {},
};

/**
 * The page of all rules, in Markdown: what each finds and why, its example, and what the rule itself says and writes of
 * that. Throws if a rule does not find its own example.
 */
export async function renderRuleReference(
  rules: readonly Rule[],
  { files, directives }: OtherRules,
): Promise<string> {
  const sections: string[] = [];
  for (const rule of rules) sections.push(await ruleSection(rule));
  return `${[
    '# Migration rules',
    'What `glidepath db lint` looks for. Written from the rules themselves, with what they say of their own examples on Postgres 18.',
    'How grave a finding is depends on the table, for rules marked with ±: one step less where it has few rows, one more where it is large or ' +
      'in constant use. Of tables that the same file makes they say nothing, unless it fails there, too.',
    table(rules),
    'These are about the files: their names, their order, and what a commit before has of them (`--since`):',
    table(files),
    'These are about [directives](#directives), and no directive reaches them:',
    table(directives),
    ...sections,
    ...[...files, ...directives].map(plainSection),
    '## Directives',
    'Leave out a finding with a comment above its statement, with the reason: `-- glidepath-ignore drop-column: no release has read it since May`. ' +
      'For all of a file: `-- glidepath-ignore-file`.',
  ].join('\n\n')}\n`;
}

function table(rules: readonly (NamedRule & Partial<Rule>)[]): string {
  const rows = rules.map(
    ({ id, title, severity, isBySize, isOptIn }) =>
      `| [${id}](#${id}) | ${severity}${isBySize === true ? ' ±' : ''} | ${cell(title)}${isOptIn === true ? ' (only when asked for)' : ''} |`,
  );
  return ['| rule | severity | against |', '|---|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function plainSection({ id, title, what, why }: NamedRule): string {
  return [`## ${id}`, `${title}. ${what}`, why].join('\n\n');
}

async function ruleSection(rule: Rule): Promise<string> {
  const { message, severity, safeForm } = await exampleOf(rule);
  const before = rule.before === undefined ? [] : ['With this before:', sql(rule.before)];
  return [
    `## ${rule.id}`,
    `${rule.title}. ${rule.what}`,
    rule.why,
    ...before,
    sql(rule.unsafe),
    `> ${severity}: ${message}`,
    ...(safeForm === null ? [] : ['Instead:', isSql(safeForm) ? sql(safeForm) : safeForm]),
  ].join('\n\n');
}

/** Words stand by themselves, or as comments among statements. */
function isSql(text: string): boolean {
  return /^(--|[A-Z]{2})/.test(text);
}

function sql(text: string): string {
  return `\`\`\`sql\n${text}\n\`\`\``;
}

async function exampleOf(
  rule: Rule,
): Promise<{ readonly message: string; readonly severity: Severity; readonly safeForm: string | null }> {
  const before = rule.before === undefined ? [] : [{ file: 'before.sql', text: rule.before, hasRun: true }];
  const { findings } = await lintSql(
    [...before, { file: 'example.sql', text: rule.unsafe }],
    {
      ...EXAMPLE_SETTINGS,
      ...(rule.exampleVersion === undefined ? {} : { postgresVersion: rule.exampleVersion }),
    },
    [rule],
  );
  const [finding] = findings;
  assert(finding !== undefined, `the rule ${rule.id} does not find its own example`);
  return finding;
}
