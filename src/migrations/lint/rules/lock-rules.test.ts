import { describe, expect, test } from 'vitest';
import type { LintForm } from '../../../../test/support/lint-forms.ts';
import { LINT_FORMS } from '../../../../test/support/lint-forms.ts';
import type { Finding } from '../finding.ts';
import type { LintSettings, SqlSource } from '../lint-input.ts';
import { lintSql } from '../lint-sql.ts';
import type { LintReport } from '../lint-sql.ts';
import { isSqlForm } from '../safe-forms/is-sql-form.ts';
import { ALL_RULES } from './all-rules.ts';

const SETTINGS: LintSettings = {
  postgresVersion: 18,
  inTransaction: false,
  hasLockTimeout: false,
  tables: {},
};

function toForm(form: string | LintForm): LintForm {
  return typeof form === 'string' ? { sql: form } : form;
}

async function lint(rule: string, { before, sql, settings }: LintForm): Promise<LintReport> {
  const sources: SqlSource[] = [{ file: 'now.sql', text: sql }];
  // Each in a file of its own: that it comes before is all that counts.
  if (before !== undefined) sources.unshift({ file: 'before.sql', text: before, hasRun: true });
  const rules = ALL_RULES.filter(({ id }) => id === rule);
  return lintSql(sources, { ...SETTINGS, ...settings }, rules);
}

/** The safe form runs after what came before, as a file without a transaction around it. */
async function lintSafeForm(rule: string, form: LintForm, finding: Finding): Promise<LintReport> {
  const settings = { ...form.settings, inTransaction: false };
  return lint(rule, { ...form, sql: finding.safeForm ?? '', settings });
}

describe.each(Object.entries(LINT_FORMS))('%s', (rule, { finds, leaves }) => {
  test.each(finds.map(toForm).map((form) => [form.sql, form] as const))('finds %s', async (_, form) => {
    const { findings, syntaxErrors } = await lint(rule, form);
    expect(syntaxErrors).toEqual([]);
    expect(findings.map(({ rule: id }) => id)).toEqual(Array.from({ length: form.count ?? 1 }, () => rule));
    const [finding] = findings;
    expect(`${finding?.line}:${finding?.column}`).toBe(form.at ?? '1:1');
    if (form.safe !== undefined) expect(finding?.safeForm).toContain(form.safe);
  });

  test.each(finds.map(toForm).map((form) => [form.sql, form] as const))(
    'says no more of its own safe form for %s',
    async (_, form) => {
      for (const finding of (await lint(rule, form)).findings) {
        expect(finding.safeForm).not.toBeNull();
        const again = await lintSafeForm(rule, form, finding);
        expect(again.syntaxErrors).toEqual([]);
        expect(again.findings.map(({ statement }) => statement)).toEqual([]);
      }
    },
  );

  test.each(leaves.map(toForm).map((form) => [form.sql, form] as const))(
    'leaves alone %s',
    async (_, form) => {
      const { findings, syntaxErrors } = await lint(rule, form);
      expect(syntaxErrors).toEqual([]);
      expect(findings.map(({ message }) => message)).toEqual([]);
    },
  );
});

test('no rule stumbles over any of these, on any version, inside or outside a transaction', async () => {
  const forms = Object.values(LINT_FORMS).flatMap(({ finds, leaves }) => [...finds, ...leaves].map(toForm));
  for (const postgresVersion of [11, 13, 14, 16, 18]) {
    for (const inTransaction of [true, false]) {
      const sources = forms.map(({ before = '', sql }, n) => ({
        file: `${n}.sql`,
        text: `${before};\n${sql};`,
      }));
      const settings = { ...SETTINGS, postgresVersion, inTransaction };
      const { findings, syntaxErrors } = await lintSql(sources, settings, ALL_RULES);
      expect(syntaxErrors).toEqual([]);
      const written = findings.flatMap(({ safeForm }) =>
        safeForm !== null && isSqlForm(safeForm) ? [safeForm] : [],
      );
      const again = await lintSql(
        written.map((text, n) => ({ file: `${n}.sql`, text })),
        settings,
        [],
      );
      expect(
        again.syntaxErrors.map(({ file, message }) => `${message} in ${written[parseInt(file ?? '')]}`),
      ).toEqual([]);
    }
  }
});
