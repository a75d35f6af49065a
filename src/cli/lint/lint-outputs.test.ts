import { describe, expect, test } from 'vitest';
import type { Finding } from '../../migrations/lint/finding.ts';
import { fingerprints } from '../../migrations/lint/fingerprints.ts';
import { lintAnnotations } from './lint-annotations.ts';
import type { FileReport } from '../../migrations/lint/lint-report.ts';
import { SQL_SYNTAX_RULE, sarifLog } from './lint-sarif.ts';

const FINDING: Finding = {
  rule: 'drop-table',
  severity: 'error',
  file: 'a,b: 100%.sql',
  line: 3,
  column: 5,
  statement: 'DROP TABLE "ü"',
  message: 'DROP TABLE takes ü away: 100%\r\nfor good.',
  why: 'Queries fail.',
  locks: [{ table: 'ü', lock: 'AccessExclusive', work: 'none' }],
  safeForm: '-- later\nDROP TABLE "ü";',
};

const report = (findings: readonly Finding[], mistakes: FileReport['mistakes'] = []): FileReport => ({
  file: 'a,b: 100%.sql',
  text: '',
  statements: 1,
  findings,
  ignored: [],
  mistakes,
});

const MISTAKE: FileReport['mistakes'][number] = {
  file: 'a,b: 100%.sql',
  line: 1,
  column: 7,
  message: 'syntax error at or near "tabel"',
  hint: null,
  sourceLine: 'alter tabel x',
};

describe('annotations of GitHub', () => {
  test('escape what would end a line, a property or an annotation', () => {
    expect(lintAnnotations([report([FINDING])], (file) => `db/${file}`)).toEqual([
      '::error file=db/a%2Cb%3A 100%25.sql,line=3,col=5,title=drop-table::DROP TABLE takes ü away: 100%25%0D%0Afor good.%0A%0AQueries fail.%0A%0AWithout harm:%0A-- later%0ADROP TABLE "ü";\n',
    ]);
  });

  test('come with the gravest first, for GitHub shows ten of a kind', () => {
    const findings: Finding[] = [
      { ...FINDING, severity: 'advice' },
      { ...FINDING, severity: 'warning' },
      FINDING,
    ];
    const lines = lintAnnotations([report(findings), report(findings, [MISTAKE])], (file) => file);
    expect(lines.map((line) => /^::(\w+) .*title=([\w -]+)/.exec(line)?.slice(1, 3).join(' '))).toEqual([
      'error SQL syntax',
      'error drop-table',
      'error drop-table',
      'warning drop-table',
      'warning drop-table',
      'notice drop-table',
      'notice drop-table',
    ]);
  });
});

describe('fingerprints', () => {
  test('stay while lines and blanks around a statement change, and tell the same statement twice apart', () => {
    const [before] = fingerprints([FINDING]);
    const moved: Finding = { ...FINDING, line: 90, statement: 'DROP  TABLE\n "ü"' };
    expect(fingerprints([moved])).toEqual([before]);
    const [first, second] = fingerprints([FINDING, FINDING]);
    expect(first).toBe(before);
    expect(second).not.toBe(first);
    expect(fingerprints([{ ...FINDING, rule: 'truncate' }])).not.toEqual([before]);
  });
});

describe('the SARIF log', () => {
  const rules = [
    {
      id: 'drop-table',
      title: 'DROP TABLE',
      what: 'A table that is dropped.',
      why: 'It is gone.',
      page: 'docs/reference/migration-rules.md#drop-table',
      severity: 'error',
    },
  ] as const;
  const input = {
    rules,
    version: '1.2.3',
    documents: 'urn:glidepath:',
    pathOf: (file: string): string => `db/${file}`,
  };

  test('has what the standard requires of a run, a rule and a result', () => {
    expect(
      sarifLog({
        linter: 'db-lint',
        syntax: SQL_SYNTAX_RULE,
        ...input,
        reports: [report([FINDING], [MISTAKE])],
      }),
    ).toMatchInlineSnapshot(`
      {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [
          {
            "automationDetails": {
              "id": "glidepath/db-lint/",
            },
            "columnKind": "unicodeCodePoints",
            "invocations": [
              {
                "executionSuccessful": false,
              },
            ],
            "results": [
              {
                "level": "error",
                "locations": [
                  {
                    "physicalLocation": {
                      "artifactLocation": {
                        "uri": "db/a,b%3A%20100%25.sql",
                        "uriBaseId": "%SRCROOT%",
                      },
                      "region": {
                        "startColumn": 7,
                        "startLine": 1,
                      },
                    },
                  },
                ],
                "message": {
                  "text": "syntax error at or near "tabel"",
                },
                "ruleId": "sql-syntax",
                "ruleIndex": 1,
              },
              {
                "level": "error",
                "locations": [
                  {
                    "physicalLocation": {
                      "artifactLocation": {
                        "uri": "db/a,b%3A%20100%25.sql",
                        "uriBaseId": "%SRCROOT%",
                      },
                      "region": {
                        "snippet": {
                          "text": "DROP TABLE "ü"",
                        },
                        "startColumn": 5,
                        "startLine": 3,
                      },
                    },
                  },
                ],
                "message": {
                  "text": "DROP TABLE takes ü away: 100%
      for good.

      Queries fail.

      Without harm:

      -- later
      DROP TABLE "ü";",
                },
                "partialFingerprints": {
                  "glidepathFinding/v1": "98e95aa4404a6326ccf502ed140f94d8",
                },
                "ruleId": "drop-table",
                "ruleIndex": 0,
              },
            ],
            "tool": {
              "driver": {
                "name": "Glidepath",
                "rules": [
                  {
                    "defaultConfiguration": {
                      "level": "error",
                    },
                    "fullDescription": {
                      "text": "A table that is dropped.",
                    },
                    "help": {
                      "text": "It is gone.",
                    },
                    "helpUri": "urn:glidepath:docs/reference/migration-rules.md#drop-table",
                    "id": "drop-table",
                    "name": "DropTable",
                    "properties": {
                      "tags": [
                        "database",
                        "migration",
                      ],
                    },
                    "shortDescription": {
                      "text": "DROP TABLE",
                    },
                  },
                  {
                    "defaultConfiguration": {
                      "level": "error",
                    },
                    "fullDescription": {
                      "text": "A statement that the parser of Postgres refuses.",
                    },
                    "help": {
                      "text": "The migration fails there, wherever it runs.",
                    },
                    "helpUri": "urn:glidepath:docs/errors/SQL_SYNTAX.md",
                    "id": "sql-syntax",
                    "name": "SqlSyntax",
                    "properties": {
                      "tags": [
                        "database",
                        "migration",
                      ],
                    },
                    "shortDescription": {
                      "text": "SQL that Postgres cannot read",
                    },
                  },
                ],
                "semanticVersion": "1.2.3",
              },
            },
          },
        ],
        "version": "2.1.0",
      }
    `);
  });

  test('says that the run went wrong only where something could not be read', () => {
    const successful = (reports: readonly FileReport[]): unknown =>
      (
        sarifLog({ linter: 'db-lint', syntax: SQL_SYNTAX_RULE, ...input, reports }) as {
          runs: { invocations: unknown[] }[];
        }
      ).runs[0]?.invocations;
    expect(successful([report([FINDING])])).toEqual([{ executionSuccessful: true }]);
    expect(successful([report([], [MISTAKE])])).toEqual([{ executionSuccessful: false }]);
  });
});
