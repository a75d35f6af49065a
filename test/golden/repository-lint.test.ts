import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { gatherFiles } from '../../src/cli/workflows/gather-files.ts';
import { lintFiles } from '../../src/workflows/lint-files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('github lint finds no fault with this repository, its pages about faults included', () => {
  const { sources } = gatherFiles(ROOT, ROOT, []);
  expect(sources.map(({ path }) => path)).toContain('docs/reference/workflow-rules.md');
  const found = lintFiles(sources).flatMap(({ file, findings }) =>
    findings.map(({ line, rule, message }) => `${file}:${line} ${rule} ${message}`),
  );
  expect(found).toEqual([]);
});
