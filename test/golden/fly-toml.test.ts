import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { loadProject } from '../../src/config/load-project.ts';
import { flyTomlFiles } from '../../src/emit/fly-toml/fly-toml-files.ts';
import { authorshipOf } from '../../src/emit/stamp.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const GOLDEN = join(REPOSITORY, 'test/golden/fly-toml');

// Made again on purpose only: vitest run --project unit test/golden/fly-toml.test.ts -u
describe.each(['reify', 'gatherly', 'atlaris', 'microbima'])('the fly.toml files of %s', (example) => {
  const load = async () => {
    const { project } = await loadProject({ cwd: join(REPOSITORY, 'examples', example) });
    return flyTomlFiles(project);
  };

  test('are what is checked in', async () => {
    for (const { path, content } of await load())
      await expect(content).toMatchFileSnapshot(`./fly-toml/${example}/${path}`);
  });

  test('are TOML, stamped, and no secret in them', async () => {
    for (const { content } of await load()) {
      expect(parse(content)).toHaveProperty('primary_region');
      expect(authorshipOf(content)).toBe('unedited');
      expect(content).not.toMatch(/^\s*(DATABASE_URL|SECRET_KEY_BASE)\s*=/m);
    }
  });

  test('are all that is checked in', async () => {
    const paths = (await load()).map(({ path }) => path);
    const root = join(GOLDEN, example);
    const kept = existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : [];
    const files = kept
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
    expect(files.sort()).toEqual([...paths].sort());
  });
});
