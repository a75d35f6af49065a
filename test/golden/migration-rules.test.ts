import { expect, test } from 'vitest';
import { IGNORE_RULES } from '../../src/migrations/lint/ignores/ignore-rules.ts';
import { renderRuleReference } from '../../src/migrations/lint/rule-reference.ts';
import { ALL_RULES } from '../../src/migrations/lint/rules/all-rules.ts';

test('docs/reference/migration-rules.md says what every rule finds, and what to write instead', async () => {
  await expect(await renderRuleReference(ALL_RULES, IGNORE_RULES)).toMatchFileSnapshot(
    '../../docs/reference/migration-rules.md',
  );
});

test('every rule has a name of its own, in kebab case', () => {
  const ids = [...ALL_RULES, ...IGNORE_RULES].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
});
