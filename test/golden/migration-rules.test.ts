import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FILE_RULES } from '../../src/migrations/lint/files/file-rules.ts';
import { IGNORE_RULES } from '../../src/migrations/lint/ignores/ignore-rules.ts';
import { renderRuleReference } from '../../src/migrations/lint/rule-reference.ts';
import { RULE_CATALOGUE } from '../../src/migrations/lint/lint-files.ts';
import { ALL_RULES } from '../../src/migrations/lint/rules/all-rules.ts';

const OTHERS = { files: Object.values(FILE_RULES), directives: IGNORE_RULES };

test('docs/reference/migration-rules.md says what every rule finds, and what to write instead', async () => {
  await expect(await renderRuleReference(ALL_RULES, OTHERS)).toMatchFileSnapshot(
    '../../docs/reference/migration-rules.md',
  );
});

test('every rule has a name of its own, in kebab case', () => {
  const ids = RULE_CATALOGUE.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
});

test('every rule that a finding may name has a place of its own there', () => {
  const page = readFileSync(new URL('../../docs/reference/migration-rules.md', import.meta.url), 'utf8');
  expect(RULE_CATALOGUE.filter(({ id }) => !page.includes(`\n## ${id}\n`)).map(({ id }) => id)).toEqual([]);
});
