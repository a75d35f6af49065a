import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadProject } from '../../src/config/load-project.ts';
import { generateFiles } from '../../src/emit/generate-files.ts';

const MICROBIMA = fileURLToPath(new URL('../../examples/microbima', import.meta.url));

// Made again by glidepath generate in the example, or: vitest run --project unit test/golden/generated.test.ts -u
test('examples/microbima has every file that is generated for it, as it would be generated', async () => {
  const { project } = await loadProject({ cwd: MICROBIMA });
  const files = generateFiles(project);
  expect(files.length).toBe(19);
  for (const file of files) await expect(file.content).toMatchFileSnapshot(join(MICROBIMA, file.path));
});

test('examples/microbima has no other file where generated ones are', async () => {
  const { project } = await loadProject({ cwd: MICROBIMA });
  const expected = generateFiles(project).map((file) => file.path);
  const there = ['infra', 'docs']
    .filter((folder) => existsSync(join(MICROBIMA, folder)))
    .flatMap((folder) =>
      readdirSync(join(MICROBIMA, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(MICROBIMA, join(entry.parentPath, entry.name))),
    );
  expect(there.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(expected.toSorted((a, b) => (a < b ? -1 : 1)));
});
