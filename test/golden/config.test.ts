import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadProject } from '../../src/config/load-project.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLES = ['reify', 'gatherly', 'atlaris', 'microbima'] as const;

// Made again on purpose only: vitest run --project unit test/golden/config.test.ts -u
describe('the examples resolve to what is checked in', () => {
  test.each(EXAMPLES)('%s has every setting in every environment', async (example) => {
    const loaded = await loadProject({ cwd: join(REPOSITORY, 'examples', example) });
    await expect(`${JSON.stringify(loaded.project, null, 2)}\n`).toMatchFileSnapshot(
      `./config/${example}.json`,
    );
  });

  test.each(EXAMPLES)('%s has no mistake, and is warned of Vercel alone', async (example) => {
    const loaded = await loadProject({ cwd: join(REPOSITORY, 'examples', example) });
    const codes = loaded.diagnostics.map(({ severity, code }) => `${severity} ${code}`);
    expect(codes).toEqual(example === 'atlaris' ? ['warning PROVIDER_NOT_SUPPORTED'] : []);
    expect(loaded.file).toBe(join(REPOSITORY, 'examples', example, 'glidepath.config.ts'));
    expect(loaded.root).toBe(join(REPOSITORY, 'examples', example));
  });

  test('no golden file is left of an example that is gone', () => {
    const files = readdirSync(join(REPOSITORY, 'test/golden/config'));
    expect(files.sort()).toEqual(EXAMPLES.map((example) => `${example}.json`).sort());
  });
});

test('the public API is exactly what a config needs', async () => {
  expect(Object.keys(await import('../../src/index.ts')).sort()).toEqual([
    'approval',
    'audit',
    'check',
    'checks',
    'complexity',
    'databaseUrlOf',
    'defineProject',
    'dockerfileScan',
    'duplication',
    'external',
    'flyApp',
    'flyPostgres',
    'generic',
    'githubCache',
    'httpCache',
    'imageScan',
    'licences',
    'manual',
    'neon',
    'nextjs',
    'node',
    'passed',
    'phoenix',
    'postgres',
    'publicUrlOf',
    'pullRequest',
    'push',
    'quality',
    's3Cache',
    'safeMigrations',
    'sbom',
    'secret',
    'secretScan',
    'tag',
    'urlOf',
    'vercelApp',
    'workflowScan',
  ]);
});
