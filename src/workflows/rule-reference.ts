import { assert } from '../util/assert.ts';
import type { WorkflowFinding } from './finding.ts';
import { IGNORE_RULES } from './ignores/ignore-rules.ts';
import { lintFiles } from './lint-files.ts';
import { fileKind } from './read/file-kind.ts';
import { ALL_RULES } from './rules/all-rules.ts';
import { OUTSIDE_RULES } from './rules/outside-rules.ts';
import type { AboutRule, Example, WorkflowRule } from './rules/rule.ts';

/**
 * The page of all rules, in Markdown: what each finds and why, its example, what the rule says of that, and the same as it
 * should be. Throws if a rule does not find its own example.
 */
export function renderWorkflowRules(): string {
  const page = pageOf();
  const [title = '', ...others] = page;
  const shown = lintFiles([{ path: 'rules.md', text: page.join('\n\n') }], { isPedantic: true });
  const rules = new Set(shown.flatMap(({ findings }) => findings.map(({ rule }) => rule)));
  const directive = `<!-- glidepath-ignore-file ${[...rules].toSorted().join(', ')}: examples of what is wrong -->`;
  return `${[title, directive, ...others].join('\n\n')}\n`;
}

function pageOf(): readonly string[] {
  return [
    '# Rules for GitHub workflows',
    'What `glidepath github lint` looks for, in GitHub workflows and in the scripts, fly.toml, vercel.json, dependabot.yml and documents beside them. ' +
      'Written from the rules themselves, with what they say of their own examples. An example shows what its rule is about, and nothing else.',
    table(ALL_RULES),
    'These come from others: GitHub’s own parser and language service, and bash.',
    table(OUTSIDE_RULES),
    'These are about [directives](#directives), and no directive reaches them:',
    table(IGNORE_RULES),
    ...ALL_RULES.map(ruleSection),
    ...[...OUTSIDE_RULES, ...IGNORE_RULES].map(plainSection),
    '## Directives',
    'Leave out a finding with a comment above what it is about, with the reason: `# glidepath-ignore artipacked: the next step pushes`. ' +
      'It reaches the next line and all that is indented deeper below. Behind something on a line it reaches that line. ' +
      'For all of a file: `# glidepath-ignore-file`. In Markdown: `<!-- glidepath-ignore … -->` above the paragraph.',
    '## What is not looked for',
    'What only the network can tell: whether a commit is one of the repository that is named, whether a tag and a branch share a name, ' +
      'and advisories that were published since. `zizmor` with a token does that, and finds nothing else in generated files ' +
      'but what [the guide](../guide/github-lint.md) explains.',
  ];
}

function table(rules: readonly AboutRule[]): string {
  const rows = rules.map(
    ({ id, title, severity, persona }) =>
      `| [${id}](#${id}) | ${severity}${persona === 'pedantic' ? ' (--pedantic)' : ''} | ${title.replaceAll('|', '\\|')} |`,
  );
  return ['| rule | severity | against |', '|---|---|---|', ...rows].join('\n');
}

function plainSection({ id, title, what, why, hint }: AboutRule): string {
  return [`## ${id}`, `${title}. ${what}`, why, hint].join('\n\n');
}

function ruleSection(rule: WorkflowRule): string {
  const { message, severity, hint, line, file } = exampleOf(rule);
  return [
    `## ${rule.id}`,
    `${rule.title}. ${rule.what}`,
    rule.why,
    ...fences(rule.bad),
    `> ${severity}, ${file}:${line}: ${message}`,
    hint,
    'As it should be:',
    ...fences(rule.good),
  ].join('\n\n');
}

function fences(example: Example): readonly string[] {
  return Object.entries(example).flatMap(([path, text]) => {
    // A fence within a document would end the fence around it.
    const fence = text.includes('```') ? '````' : '```';
    return [
      `\`${path}\``,
      `${fence}${LANGUAGES[fileKind(path) ?? 'script'] ?? ''}\n${text.trimEnd()}\n${fence}`,
    ];
  });
}

const LANGUAGES: Readonly<Record<string, string>> = {
  workflow: 'yaml',
  dependabot: 'yaml',
  action: 'yaml',
  'fly-toml': 'toml',
  vercel: 'json',
  document: 'markdown',
  script: 'sh',
};

function exampleOf(rule: WorkflowRule): WorkflowFinding {
  const sources = Object.entries(rule.bad).map(([path, text]) => ({ path, text }));
  const [finding] = lintFiles(sources, { isPedantic: true, rules: [rule] }).flatMap(
    ({ findings }) => findings,
  );
  assert(finding !== undefined, `the rule ${rule.id} does not find its own example`);
  return finding;
}
