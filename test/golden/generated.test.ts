import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadProject } from '../../src/config/load-project.ts';
import { generateFiles } from '../../src/emit/generate-files.ts';
import type { GeneratedFile } from '../../src/emit/generated-file.ts';
import { checksumOf } from '../../src/emit/stamp.ts';
import { ownVersion } from '../../src/util/own-file.ts';
import { lintFiles } from '../../src/workflows/lint-files.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

/** Each with as many files as it has: one that goes missing is noticed. */
const COUNTS = [
  ['reify', 10],
  ['gatherly', 9],
  ['atlaris', 12],
  ['microbima', 24],
] as const;

async function generated(example: string): Promise<readonly GeneratedFile[]> {
  const { project } = await loadProject({ cwd: join(EXAMPLES, example) });
  return generateFiles(project, { version: ownVersion() });
}

describe('every example', () => {
  // Made again by glidepath generate in the example, or: vitest run --project unit test/golden/generated.test.ts -u
  test.each(COUNTS)(
    '%s has each of the %d files that are generated for it, as it would be generated',
    async (example, count) => {
      const files = await generated(example);
      expect(files.length).toBe(count);
      for (const file of files) {
        await expect(file.content).toMatchFileSnapshot(join(EXAMPLES, example, file.path));
      }
    },
  );

  test.each(COUNTS)('%s has no other file that was generated', async (example) => {
    const { readGenerated } = await import('../../src/cli/project/read-generated.ts');
    const expected = (await generated(example)).map((file) => file.path);
    const there = [...(await readGenerated(join(EXAMPLES, example), []))].flatMap(([path, content]) =>
      content !== null && checksumOf(content) !== null ? [path] : [],
    );
    expect(there.toSorted()).toEqual(expected.toSorted());
  });

  test.each(COUNTS)('%s has nothing generated that github lint finds fault with', async (example) => {
    const sources = (await generated(example)).map(({ path, content }) => ({ path, text: content }));
    const found = [true, false].flatMap((isPedantic) =>
      lintFiles(sources, { isPedantic }).flatMap(({ file, findings }) =>
        findings.map(({ line, rule, message }) => `${file}:${line} ${rule} ${message}`),
      ),
    );
    expect(found).toEqual([]);
  });

  test('has its GitHub workflows where GitHub would read them', () => {
    const files = COUNTS.map(([example]) => [
      example,
      readdirSync(join(EXAMPLES, example, '.github/workflows')).toSorted(),
    ]);
    expect(Object.fromEntries(files)).toEqual({
      reify: ['ci.yml', 'deploy-production.yml', 'deploy-staging.yml', 'operations.yml', 'review-app.yml'],
      gatherly: ['approvals.yml', 'ci.yml', 'deploy-production.yml', 'operations.yml'],
      atlaris: ['ci.yml', 'deploy-production.yml', 'deploy-staging.yml', 'operations.yml'],
      microbima: ['ci.yml', 'deploy-production.yml', 'deploy-staging.yml', 'operations.yml'],
    });
  });
});
