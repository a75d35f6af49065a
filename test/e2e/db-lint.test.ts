import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, inject, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';
import { withoutProgress } from '../support/without-progress.ts';

interface LintDocument {
  readonly files: number;
  readonly statements: number;
  readonly counts: { readonly error: number; readonly warning: number; readonly advice: number };
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly safeForm: string | null;
    readonly fingerprint: string;
  }[];
  readonly ignored: readonly { readonly rule: string; readonly reason: string }[];
  readonly diagnostics: readonly { readonly code: string; readonly location: unknown }[];
  readonly notes: readonly string[];
}

const MADE = 'CREATE TABLE orders (id bigint PRIMARY KEY, total bigint);\n';
const TIMEOUT = "SET lock_timeout = '1s';\n";

/** A repository with migrations and no config. */
const repository = (files: Record<string, string>): Promise<ProjectRig> =>
  projectRig({ 'db/migrations/001_orders.sql': MADE, ...files });

const rulesOf = ({ findings }: LintDocument): string[] =>
  findings.map(({ rule, file, line, column }) => `${file}:${line}:${column} ${rule}`);

describe('without a config', () => {
  test('finds the migrations, says where what is wrong, and ends with 1', async () => {
    await using rig = await repository({
      'db/migrations/002_drop.sql': `${TIMEOUT}ALTER TABLE orders\n  DROP COLUMN total;\n`,
    });
    const { code, stdout, stderr } = await rig.run('db', 'lint');
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toContain('db/migrations/002_drop.sql:2:1  error  drop-column');
    expect(stdout).toContain('ALTER TABLE orders DROP COLUMN IF EXISTS total;');
    expect(stdout).toContain('1 error in 3 statements of 2 files');
  });

  test('is content with harmless ones, and fails on warnings only when asked to', async () => {
    await using rig = await repository({
      'db/migrations/002_note.sql': 'ALTER TABLE orders ADD COLUMN note text;\n',
    });
    const first = await rig.run('db', 'lint');
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('missing-lock-timeout')]);
    expect((await rig.run('db', 'lint', '--fail-on', 'warning')).code).toBe(1);
    rig.write('db/migrations/002_note.sql', `${TIMEOUT}ALTER TABLE orders ADD COLUMN note text;\n`);
    const second = await rig.run('db', 'lint', '--fail-on', 'warning');
    expect([second.code, second.stdout]).toEqual([0, '✓ Nothing found in 3 statements of 2 files\n']);
  });

  test('looks at named files and folders, whatever their names, and knows what the ones before have made', async () => {
    await using rig = await repository({
      'db/migrations/002_rename.sql': `${TIMEOUT}ALTER TABLE orders RENAME COLUMN total TO amount;\n`,
      'notes/fix.txt': 'DROP SCHEMA old;\n',
    });
    const named = await rig.json<LintDocument>('db', 'lint', 'db/migrations/002_rename.sql', 'notes/fix.txt');
    expect(rulesOf(named)).toEqual([
      'db/migrations/002_rename.sql:2:1 rename-column',
      'notes/fix.txt:1:1 drop-schema',
    ]);
    // The type of the column is said in the file before.
    expect(named.findings[0]?.safeForm).toContain('ADD COLUMN amount bigint');
    expect(named.files).toBe(2);
    const folder = await rig.json<LintDocument>('db', 'lint', './db');
    expect([folder.files, rulesOf(folder)]).toEqual([2, ['db/migrations/002_rename.sql:2:1 rename-column']]);
  });

  test('looks for what is asked for beside the usual', async () => {
    await using rig = await repository({});
    const document = await rig.json<LintDocument>('db', 'lint', '--include', 'unqualified-table', 'db');
    expect(rulesOf(document)).toEqual(['db/migrations/001_orders.sql:1:14 unqualified-table']);
  });

  test('reads standard input', async () => {
    await using rig = await projectRig({});
    const { code, stdout } = await rig.shell(`echo 'DROP DATABASE shop;' | node "$CLI" db lint - --json`);
    expect([code, rulesOf(JSON.parse(stdout) as LintDocument)]).toEqual([1, ['<stdin>:1:1 drop-database']]);
  });

  test('says of migrations that are code how they are looked at', async () => {
    await using rig = await projectRig({
      'priv/repo/migrations/20250101000000_a.exs': 'defmodule A do\nend\n',
    });
    const { code, stdout } = await rig.run('db', 'lint');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/1 migration of Ecto is code.*glidepath db probe/s),
    ]);
  });
});

describe('with --since', () => {
  const branch = async (): Promise<ProjectRig> => {
    const rig = await repository({ 'db/migrations/002_old.sql': 'DROP SCHEMA old_sin;\n' });
    await rig.git('checkout', '--quiet', '-b', 'feature');
    rig.write('db/migrations/003_new.sql', `${TIMEOUT}DROP SCHEMA new_sin;\n`);
    await rig.commit('New');
    return rig;
  };

  test('old sins are left alone, and what is new is judged', async () => {
    await using rig = await branch();
    const document = await rig.json<LintDocument>('db', 'lint', '--since', 'main');
    expect(rulesOf(document)).toEqual(['db/migrations/003_new.sql:2:1 drop-schema']);
    expect(document.notes).toEqual(['2 files that main has too were read, and not judged.']);
    const all = await rig.json<LintDocument>('db', 'lint');
    expect(rulesOf(all)).toHaveLength(2);
  });

  test('what is on disk counts, committed or not, and main may have gone on', async () => {
    await using rig = await branch();
    await rig.git('checkout', '--quiet', 'main');
    rig.write('db/migrations/002_other.sql', 'SELECT 1;\n');
    await rig.commit('Main goes on');
    await rig.git('checkout', '--quiet', 'feature');
    rig.write('db/migrations/004_newer.sql', 'DROP DATABASE shop;\n');
    const rules = rulesOf(await rig.json<LintDocument>('db', 'lint', '--since', 'main'));
    expect(rules).toEqual([
      'db/migrations/003_new.sql:2:1 drop-schema',
      'db/migrations/004_newer.sql:1:1 drop-database',
    ]);
  });

  test('edited, removed and belated files are found', async () => {
    await using rig = await branch();
    rig.write('db/migrations/001_orders.sql', `${MADE}-- an afterthought\n`);
    await rig.git('rm', '--quiet', 'db/migrations/002_old.sql');
    rig.write('db/migrations/000_late.sql', 'SELECT 1;\n');
    const rules = rulesOf(await rig.json<LintDocument>('db', 'lint', '--since', 'main'));
    expect(rules.toSorted()).toEqual([
      'db/migrations/000_late.sql:1:1 migration-out-of-order',
      'db/migrations/001_orders.sql:1:1 migration-edited',
      'db/migrations/002_old.sql:1:1 migration-removed',
      'db/migrations/003_new.sql:2:1 drop-schema',
    ]);
  });

  test('a commit that is not there, and a folder without git, are said', async () => {
    await using rig = await branch();
    const { code, stderr } = await rig.run('db', 'lint', '--since', 'nowhere');
    expect([code, stderr]).toEqual([2, expect.stringContaining('SOURCE_UNKNOWN_REF')]);
    const { stderr: outside } = await rig.shell(
      'd=$(mktemp -d) && cd "$d" && echo "SELECT 1;" > a.sql && node "$CLI" db lint a.sql --since main; cd / && rm -r "$d"',
    );
    expect(outside).toContain('SOURCE_NOT_A_REPOSITORY');
  });
});

describe('with a config', () => {
  const config = (files: string): string => `
import { defineProject, flyApp, flyPostgres, generic, manual } from 'glidepath';
export default defineProject({
  name: 'tiny',
  databases: { main: flyPostgres({ version: 16, migrate: { command: 'true', files: ${files} } }) },
  apps: { web: flyApp({ stack: generic(), command: ['true'], port: 8080, health: { path: '/' }, database: 'main' }) },
  environments: { staging: { on: manual(), fly: { org: 'o', token: 'T' }, regions: ['iad'] } },
});
`;

  test('its files are looked at, for its version of Postgres, and no lock_timeout is asked for: Glidepath sets it', async () => {
    await using rig = await projectRig({
      'glidepath.config.ts': config("['sql/*.sql']"),
      'sql/1.sql': 'ALTER TABLE a ALTER COLUMN b SET NOT NULL;\n',
      'db/migrations/1.sql': 'DROP TABLE elsewhere;\n',
    });
    const document = await rig.json<LintDocument>('db', 'lint');
    expect(document.findings.map(({ rule }) => rule)).toEqual(['set-not-null', 'missing-statement-timeout']);
    expect(document.findings[0]?.safeForm).toContain('CHECK (b IS NOT NULL) NOT VALID');
    const newer = await rig.json<LintDocument>('db', 'lint', '--postgres', '18');
    expect(newer.findings[0]?.safeForm).toContain('NOT NULL b NOT VALID');
  });

  test('an environment that is not there is said, and one that cannot be reached', async () => {
    await using rig = await projectRig({
      'glidepath.config.ts': config("['sql/*.sql']"),
      'sql/1.sql': 'SELECT 1;\n',
    });
    const unknown = await rig.run('db', 'lint', '--environment', 'stagin');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/PLAN_UNKNOWN_ENVIRONMENT/)]);
    expect(unknown.stderr).toContain('Did you mean staging?');
    const down = await rig.run('db', 'lint', '--environment', 'staging', '--local');
    expect([down.code, down.stdout]).toEqual([
      0,
      expect.stringMatching(/The tables of staging are not known[^]*local cloud[^]*is not running/),
    ]);
    const missing = await rig.run('db', 'lint', '--environment', 'staging');
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('SECRET_MISSING')]);
  });
});

/** What the standard requires of every log (OASIS SARIF 2.1.0, sections 3.13 to 3.30), as far as ours goes. */
const SARIF = {
  type: 'object',
  required: ['version', 'runs'],
  properties: {
    version: { const: '2.1.0' },
    $schema: { type: 'string', pattern: '^https://' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool', 'results'],
        properties: {
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          invocations: { type: 'array', items: { type: 'object', required: ['executionSuccessful'] } },
          tool: {
            type: 'object',
            required: ['driver'],
            properties: {
              driver: {
                type: 'object',
                required: ['name', 'rules'],
                properties: {
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id', 'shortDescription', 'helpUri'],
                      properties: {
                        id: { type: 'string', pattern: '^[a-z-]+$' },
                        helpUri: { type: 'string', pattern: '^[a-z]+:\\S+\\.md(#[a-z-]+)?$' },
                        defaultConfiguration: {
                          type: 'object',
                          properties: { level: { enum: ['none', 'note', 'warning', 'error'] } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message', 'ruleId', 'ruleIndex', 'level', 'locations'],
              properties: {
                level: { enum: ['none', 'note', 'warning', 'error'] },
                message: { type: 'object', required: ['text'] },
                ruleIndex: { type: 'integer', minimum: 0 },
                partialFingerprints: { type: 'object', additionalProperties: { type: 'string' } },
                locations: {
                  type: 'array',
                  minItems: 1,
                  items: {
                    type: 'object',
                    required: ['physicalLocation'],
                    properties: {
                      physicalLocation: {
                        type: 'object',
                        required: ['artifactLocation', 'region'],
                        properties: {
                          artifactLocation: {
                            type: 'object',
                            required: ['uri'],
                            properties: { uri: { type: 'string', pattern: '^[^ #?]+$' } },
                          },
                          region: {
                            type: 'object',
                            required: ['startLine', 'startColumn'],
                            properties: {
                              startLine: { type: 'integer', minimum: 1 },
                              startColumn: { type: 'integer', minimum: 1 },
                            },
                          },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

interface Sarif {
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly semanticVersion: string;
        readonly rules: readonly { readonly id: string }[];
      };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
      }[];
    }[];
  }[];
}

describe('the forms', () => {
  const grave = { 'db/migrations/002 größe.sql': `${TIMEOUT}DROP TABLE "größe, 100%";\nalter tabel x;\n` };

  test('SARIF is a log as the standard has it, with paths from the root of the repository', async () => {
    await using rig = await repository(grave);
    const { stdout } = await rig.shell('cd db && node "$CLI" db lint --format sarif');
    const log = JSON.parse(stdout) as Sarif;
    const validate = new Ajv({ allErrors: true, strict: false }).compile(SARIF);
    expect([validate(log), validate.errors]).toEqual([true, null]);
    const [run] = log.runs;
    expect(run?.results.map(({ ruleId }) => ruleId)).toEqual(['sql-syntax', 'drop-table']);
    for (const { ruleId, ruleIndex, locations } of run?.results ?? []) {
      expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      expect(locations[0]?.physicalLocation.artifactLocation.uri).toBe(
        'db/migrations/002%20gr%C3%B6%C3%9Fe.sql',
      );
    }
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(run?.tool.driver.semanticVersion).toBe(version);
  });

  test('annotations of GitHub are one line each, with the end of it on standard error', async () => {
    await using rig = await repository(grave);
    const { code, stdout, stderr } = await rig.run('db', 'lint', '--format', 'github');
    expect(code).toBe(2);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(
      '::error file=db/migrations/002 größe.sql,line=3,col=7,title=SQL syntax::syntax error at or near "tabel"',
    );
    expect(lines[1]).toMatch(
      /^::error file=db\/migrations\/002 größe.sql,line=2,col=1,title=drop-table::DROP TABLE takes größe, 100%25 away.*%0A/,
    );
    expect(lines).toHaveLength(2);
    expect(stderr).toMatch(/1 syntax error, 1 error in 3 statements of 2 files/);
  });

  test('JSON has every place, safe form, fingerprint and reason', async () => {
    await using rig = await repository({
      'db/migrations/002_a.sql': `${TIMEOUT}DROP TABLE IF EXISTS a; -- glidepath-ignore drop-table: nobody reads it since May\nDROP TABLE b;\nalter tabel x;\n`,
    });
    const document = await rig.json<LintDocument>('db', 'lint', '--no-transaction');
    expect(document).toMatchObject({
      files: 2,
      statements: 4,
      counts: { error: 1, warning: 0, advice: 0 },
      findings: [{ rule: 'drop-table', file: 'db/migrations/002_a.sql', line: 3, column: 1 }],
      ignored: [{ rule: 'drop-table', reason: 'nobody reads it since May' }],
      diagnostics: [
        { code: 'SQL_SYNTAX', location: { file: 'db/migrations/002_a.sql', line: 4, column: 7 } },
      ],
    });
    expect(document.findings[0]?.fingerprint).toMatch(/^[0-9a-f]{32}$/);
    const same = await rig.run('db', 'lint', '--no-transaction', '--format', 'json');
    expect(JSON.parse(same.stdout)).toEqual(document);
  });

  test('colours are there where they are wanted, and not with NO_COLOR', async () => {
    await using rig = await repository({ 'db/migrations/002_a.sql': 'DROP TABLE a;\n' });
    const escape = String.fromCodePoint(27);
    expect((await rig.runWith({ FORCE_COLOR: '1' }, 'db', 'lint')).stdout).not.toContain(escape);
    expect((await rig.runWith({ FORCE_COLOR: '1', NO_COLOR: '' }, 'db', 'lint')).stdout).toContain(
      `${escape}[31m`,
    );
  });
});

describe('bad input', () => {
  test('what is no SQL is said with its place, and the rest is judged', async () => {
    await using rig = await repository({
      'db/migrations/002_crlf.sql': `\uFEFFSELECT 1;\r\n\talter tabel x;\r\nDROP SCHEMA y;\r\n`,
      'db/migrations/003_empty.sql': '',
      'db/migrations/004_comment.sql': '-- nothing yet',
      'db/migrations/005_psql.sql': '\\connect shop\nDROP SCHEMA z;\n',
      'db/migrations/006_open.sql': "SELECT 'never closed;\n",
    });
    writeFileSync(
      join(rig.dir, 'db/migrations/007_binary.sql'),
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff, 0xfe]),
    );
    writeFileSync(
      join(rig.dir, 'db/migrations/008_latin.sql'),
      Buffer.from("SELECT 'gr\u00f6\u00dfe';", 'latin1'),
    );
    const { code, stdout } = await rig.run('db', 'lint', '--json');
    const document = JSON.parse(stdout) as LintDocument;
    expect(code).toBe(2);
    const places = document.diagnostics.map((diagnostic) => {
      const { file, line, column } = diagnostic.location as { file: string; line: number; column: number };
      return `${diagnostic.code} ${file.slice('db/migrations/'.length)}:${line}:${column}`;
    });
    expect([...new Set(places)]).toEqual([
      'SQL_SYNTAX 002_crlf.sql:2:8',
      'SQL_SYNTAX 005_psql.sql:1:1',
      'SQL_SYNTAX 006_open.sql:1:8',
      ...places.filter((place) => place.includes('007')),
      'SQL_SYNTAX 008_latin.sql:1:11',
    ]);
    expect(places.some((place) => place.includes('007'))).toBe(true);
    expect(rulesOf(document)).toEqual([
      'db/migrations/002_crlf.sql:3:1 drop-schema',
      'db/migrations/005_psql.sql:2:1 drop-schema',
    ]);
    const human = await rig.run('db', 'lint');
    expect(human.stdout).toContain('  2 │     alter tabel x;\n    │           ^\n');
  });

  test.each([
    [['nowhere.sql'], /There is no file nowhere\.sql/],
    [['--format', 'xml'], /--format cannot be xml[\s\S]*human, json, sarif, github/],
    [['--format', 'sarf'], /Did you mean sarif\?/],
    [['--format', 'sarif', '--json'], /cannot be combined/],
    [['--include', 'unqualified-tabel'], /Did you mean unqualified-table\?/],
    [['--fail-on', 'advice'], /--fail-on cannot be advice/],
    [['--postgres', '9'], /Postgres 9 is not known here[\s\S]*14 to 18/],
    [['--environment', 'staging'], /CONFIG_NOT_FOUND|There is no glidepath\.config\.ts/],
  ])('%j is a mistake of whoever typed it', async (args, said) => {
    await using rig = await repository({});
    const { code, stdout, stderr } = await rig.run('db', 'lint', ...args);
    expect([code, `${stdout}${stderr}`]).toEqual([2, expect.stringMatching(said)]);
  });

  test('a place without migrations is a mistake, and not a success', async () => {
    await using rig = await projectRig({ 'README.md': '# Nothing\n' });
    const { code, stderr } = await rig.run('db', 'lint');
    expect([code, stderr]).toEqual([2, expect.stringContaining('There are no migrations here.')]);
  });

  test('a file of ten megabytes is read to its end', async () => {
    await using rig = await projectRig({});
    const row = "INSERT INTO words (id, word) VALUES (1, 'a word of some length, for bytes');\n";
    rig.write('big.sql', `${row.repeat(Math.ceil(10_000_000 / row.length))}DROP SCHEMA last_one;\n`);
    const child = spawn(process.execPath, [inject('cli'), 'db', 'lint', 'big.sql', '--json'], {
      cwd: rig.dir,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    const document = JSON.parse(stdout) as LintDocument;
    expect([code, document.statements > 125_000, rulesOf(document).at(-1)]).toEqual([
      1,
      true,
      expect.stringMatching(/^big\.sql:\d+:1 drop-schema$/),
    ]);
  });
});

describe('with an environment', () => {
  const PG = JSON.stringify(createRequire(import.meta.url).resolve('pg'));
  const MIGRATE = `
import { createRequire } from 'node:module';
const pg = createRequire(import.meta.url)(${PG});
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query('create table colours (id bigint primary key, name text)');
await client.query("insert into colours select n, 'colour ' || n from generate_series(1, 50) n");
await client.query('create table events (id bigint primary key, kind varchar(20))');
await client.query("insert into events select n, 'kind ' || n from generate_series(1, 40000) n");
await client.query('create view kinds as select kind from events');
await client.query('analyze');
await client.end();
`;
  const files = tinyProject({
    app: "database: 'main', migrate: { command: 'node migrate.mjs', runs: 'runner', files: ['sql/*.sql'] },",
  });

  test('its tables decide how grave a finding is: their size, what they are, and whether they are there', async () => {
    await using rig = await projectRig({
      ...files,
      'glidepath.config.ts': (files['glidepath.config.ts'] ?? '')
        .replace(
          "name: 'tiny',",
          "name: 'tiny',\n  databases: { main: flyPostgres({ restorePoints: false }) },",
        )
        .replace('flyApp, generic', 'flyApp, flyPostgres, generic'),
      'migrate.mjs': MIGRATE,
      'sql/1.sql': [
        'CREATE INDEX colours_name_idx ON colours (name);',
        'CREATE INDEX events_kind_idx ON events (kind);',
        'CREATE INDEX planned_name_idx ON planned (name);',
        'ALTER TABLE events ALTER COLUMN kind TYPE varchar(30);',
      ].join('\n'),
    });
    await rig.cloudUp();
    const deployed = await rig.run('deploy', 'staging', '--local');
    expect([deployed.code, withoutProgress(deployed.stderr)]).toEqual([0, '']);
    const unknown = await rig.json<LintDocument>('db', 'lint');
    const severities = (document: LintDocument): string[] =>
      document.findings
        .filter(({ rule }) => !rule.startsWith('missing') && !rule.startsWith('many'))
        .map(({ rule, line, severity }) => `${line} ${rule} ${severity}`);
    expect(severities(unknown)).toEqual([
      '1 create-index-not-concurrent error',
      '2 create-index-not-concurrent error',
      '3 create-index-not-concurrent error',
      '4 change-column-type warning',
      '4 varchar-length advice',
    ]);
    const known = await rig.json<LintDocument>('db', 'lint', '--environment', 'staging', '--local');
    expect(severities(known)).toEqual([
      '1 create-index-not-concurrent warning',
      '2 create-index-not-concurrent error',
      '3 create-index-not-concurrent error',
      '4 view-uses-column error',
      '4 varchar-length advice',
    ]);
  });
});
