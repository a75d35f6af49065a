import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RULE_CATALOGUE } from '../../src/workflows/lint-files.ts';
import { renderWorkflowRules } from '../../src/workflows/rule-reference.ts';

test('docs/reference/workflow-rules.md says what every rule finds, and what to write instead', async () => {
  await expect(renderWorkflowRules()).toMatchFileSnapshot('../../docs/reference/workflow-rules.md');
});

test('every rule has a name of its own, in kebab case', () => {
  const ids = RULE_CATALOGUE.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
});

test('every rule that a finding may name has a place of its own there', () => {
  const page = readFileSync(new URL('../../docs/reference/workflow-rules.md', import.meta.url), 'utf8');
  expect(RULE_CATALOGUE.filter(({ id }) => !page.includes(`\n## ${id}\n`)).map(({ id }) => id)).toEqual([]);
});
