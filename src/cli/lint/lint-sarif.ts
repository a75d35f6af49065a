import type { Finding, Severity } from '../../migrations/lint/finding.ts';
import { fingerprints } from '../../migrations/lint/fingerprints.ts';
import type { TextPlace } from '../../migrations/lint/parse/statement.ts';
import { FINGERPRINT_NAME } from '../../reports/sarif/finding-fingerprints.ts';
import { SARIF_SCHEMA } from '../../reports/sarif/sarif-log.ts';
import { sarifUri } from '../../reports/sarif/write-sarif.ts';

/** What a log says of a rule. */
export interface SarifRule {
  readonly id: string;
  /** What it is against, in a few words. */
  readonly title: string;
  /** What it finds, and what it leaves alone. */
  readonly what: string;
  /** What would happen. */
  readonly why: string;
  /** The document that explains it: `docs/reference/migration-rules.md#drop-column`. */
  readonly page: string;
  readonly severity: Severity;
}

/** What is said of one file. */
export interface SarifReport {
  readonly file: string;
  readonly findings: readonly SarifFinding[];
  readonly mistakes: readonly (TextPlace & { readonly message: string })[];
}

/** What of a finding goes into a log. */
export type SarifFinding = Pick<
  Finding,
  'rule' | 'severity' | 'line' | 'column' | 'statement' | 'message' | 'why' | 'safeForm'
>;

/** What a log is made of. */
export interface SarifInput {
  readonly reports: readonly SarifReport[];
  readonly rules: readonly SarifRule[];
  /** The version of Glidepath. */
  readonly version: string;
  /** Where the documents are, as an absolute URI to which their paths are added: ends with `/` or `:`. */
  readonly documents: string;
  /** Makes the path from the root of the repository. */
  readonly pathOf: (file: string) => string;
  /** Which linter it is: `db-lint`. */
  readonly linter: string;
  /** The rule that stands for what the parser refuses. */
  readonly syntax: SarifRule;
}

/** What the parser of Postgres refuses. */
export const SQL_SYNTAX_RULE: SarifRule = {
  id: 'sql-syntax',
  title: 'SQL that Postgres cannot read',
  what: 'A statement that the parser of Postgres refuses.',
  why: 'The migration fails there, wherever it runs.',
  page: 'docs/errors/SQL_SYNTAX.md',
  severity: 'error',
};

const LEVELS = { error: 'error', warning: 'warning', advice: 'note' } as const;

/**
 * A SARIF 2.1.0 log of one run (OASIS, sarif-v2.1.0), as GitHub's code scanning takes it. The fingerprint of a finding does
 * not hang on its line, so that one stays the same while lines above it come and go.
 */
export function sarifLog(input: SarifInput): Readonly<Record<string, unknown>> {
  const { reports, version } = input;
  const rules: readonly SarifRule[] = [...input.rules, input.syntax];
  const results = reports.flatMap((report) => resultsOf(report, input));
  const hasMistakes = reports.some((report) => report.mistakes.length > 0);
  return {
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Glidepath',
            semanticVersion: version,
            rules: rules.map((rule) => descriptorOf(rule, input.documents)),
          },
        },
        columnKind: 'unicodeCodePoints',
        automationDetails: { id: `glidepath/${input.linter}/` },
        invocations: [{ executionSuccessful: !hasMistakes }],
        results,
      },
    ],
  };
}

function descriptorOf(
  { id, title, what, why, page, severity }: SarifRule,
  documents: string,
): Readonly<Record<string, unknown>> {
  const helpUri = `${documents}${page}`;
  return {
    id,
    name: id.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: what },
    helpUri,
    help: { text: why },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['database', 'migration'] },
  };
}

function resultsOf(report: SarifReport, { rules, syntax, pathOf }: SarifInput): readonly unknown[] {
  const uri = sarifUri(pathOf(report.file));
  const prints = fingerprints(report.findings);
  const indexOf = (id: string): number => [...rules, syntax].findIndex((rule) => rule.id === id);
  return [
    ...report.mistakes.map((mistake) => ({
      ...resultOf(syntax.id, indexOf(syntax.id), 'error', mistake.message),
      locations: [location(uri, mistake)],
    })),
    ...report.findings.map((finding, at) => ({
      ...resultOf(finding.rule, indexOf(finding.rule), LEVELS[finding.severity], textOf(finding)),
      locations: [location(uri, finding, finding.statement)],
      partialFingerprints: { [FINGERPRINT_NAME]: prints[at] },
    })),
  ];
}

function resultOf(
  ruleId: string,
  ruleIndex: number,
  level: string,
  text: string,
): Readonly<Record<string, unknown>> {
  return { ruleId, ruleIndex, level, message: { text } };
}

function location(uri: string, place: TextPlace, snippet?: string): unknown {
  const region = {
    startLine: place.line,
    startColumn: place.column,
    ...(snippet === undefined || snippet === '' ? {} : { snippet: { text: snippet } }),
  };
  return { physicalLocation: { artifactLocation: { uri, uriBaseId: '%SRCROOT%' }, region } };
}

function textOf({ message, why, safeForm }: SarifFinding): string {
  const parts = [message, why, safeForm === null ? null : `Without harm:\n\n${safeForm}`];
  return parts.filter((part) => part !== null).join('\n\n');
}
