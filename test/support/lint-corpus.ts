import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TableFacts } from '../../src/migrations/lint/finding.ts';
import { applyIgnores } from '../../src/migrations/lint/ignores/apply-ignores.ts';
import type { LintSettings, SqlSource } from '../../src/migrations/lint/lint-input.ts';
import type { FileReport } from '../../src/migrations/lint/lint-report.ts';
import { lintSql } from '../../src/migrations/lint/lint-sql.ts';
import { ALL_RULES } from '../../src/migrations/lint/rules/all-rules.ts';

/** Where the corpus lies. */
export const CORPUS: string = fileURLToPath(new URL('../corpus/lint', import.meta.url));

/** One file of the corpus, with what its head says of the world it runs in. */
export interface CorpusFile {
  /** Without `.sql`. */
  readonly name: string;
  readonly text: string;
  readonly settings: LintSettings;
  readonly isOptIn: boolean;
  /** What has run before; empty: nothing. */
  readonly before: string;
}

/** All files of the corpus. */
export function corpusFiles(): readonly CorpusFile[] {
  return readdirSync(CORPUS)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => corpusFile(file.slice(0, -'.sql'.length), readFileSync(`${CORPUS}/${file}`, 'utf8')));
}

/** `-- corpus: postgres 16, in transaction, opt in`, `-- corpus table: public.a rows=1 …`, `-- corpus before: CREATE …`. */
function corpusFile(name: string, text: string): CorpusFile {
  const words = /^-- corpus: (.*)$/m.exec(text)?.[1] ?? '';
  const tables = [...text.matchAll(/^-- corpus table: (\S+) (.*)$/gm)];
  return {
    name,
    text,
    isOptIn: words.includes('opt in'),
    before: /^-- corpus before: (.*)$/m.exec(text)?.[1] ?? '',
    settings: {
      postgresVersion: Number(/postgres (\d+)/.exec(words)?.[1] ?? 18),
      inTransaction: words.includes('in transaction'),
      hasLockTimeout: false,
      tables: Object.fromEntries(tables.map(([, table = '', facts = '']) => [table, factsOf(facts)])),
    },
  };
}

function factsOf(words: string): TableFacts {
  const number = (name: string): number | null => {
    const found = new RegExp(`${name}=(\\d+)`).exec(words)?.[1];
    return found === undefined ? null : Number(found);
  };
  return {
    exists: words !== 'missing',
    rows: number('rows'),
    bytes: number('bytes'),
    accessesPerSecond: number('accesses'),
  };
}

/** What the linter says of a file of the corpus. */
export async function lintCorpusFile({
  name,
  text,
  settings,
  isOptIn,
  before,
}: CorpusFile): Promise<FileReport> {
  const file = `${name}.sql`;
  const sources: SqlSource[] = [
    ...(before === '' ? [] : [{ file: 'before.sql', text: before, hasRun: true }]),
    { file, text },
  ];
  const rules = ALL_RULES.filter((rule) => isOptIn || rule.isOptIn !== true);
  const { findings, syntaxErrors, parsed } = await lintSql(sources, settings, rules);
  const statements = parsed.at(-1)?.statements ?? [];
  const left = applyIgnores({ file, text, statements, findings, rules: ALL_RULES.map(({ id }) => id) });
  const sorted = left.findings.toSorted((one, other) => one.line - other.line || one.column - other.column);
  return { file, text, statements: statements.length, ...left, findings: sorted, mistakes: syntaxErrors };
}
