import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { gatherFiles } from '../../src/cli/workflows/gather-files.ts';
import { lintFiles as lintMigrations } from '../../src/migrations/lint/lint-files.ts';
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

test('db lint finds no fault with the migrations of the example that runs', async () => {
  const directory = join(ROOT, 'examples/microbima/migrations');
  const files = readdirSync(directory).toSorted();
  const sources = files.map((file) => ({ file, text: readFileSync(join(directory, file), 'utf8') }));
  const reports = await lintMigrations(sources, {
    postgresVersion: 17,
    inTransaction: true,
    hasLockTimeout: true,
    tables: {},
  });
  expect(reports.map(({ file, findings, mistakes }) => ({ file, findings, mistakes }))).toEqual(
    files.map((file) => ({ file, findings: [], mistakes: [] })),
  );
});
