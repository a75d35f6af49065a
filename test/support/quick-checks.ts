import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ProjectRig } from './project-rig.ts';

/** A check that makes something, and one that needs it. */
export const QUICK_CONFIG = `
import { check, defineProject } from 'glidepath';
export default defineProject({
  name: 'quick', apps: {}, environments: {},
  ci: {
    checks: {
      build: check('mkdir -p dist && cat src/*.txt > dist/all.txt', { inputs: ['src/**'], outputs: ['dist/**'] }),
      lint: check('echo "$STYLE" && sh tool.sh', { needs: ['build'], inputs: ['src/**', 'tool.sh'], env: ['STYLE'] }),
    },
  },
});
`;

/** A project with these checks. */
export const QUICK_FILES: Readonly<Record<string, string>> = {
  'glidepath.config.ts': QUICK_CONFIG,
  'src/a.txt': 'a\n',
  'src/b.txt': 'b\n',
  'tool.sh': '#!/bin/sh\nexit 0\n',
  '.gitignore': 'dist\n.glidepath\nnode_modules\n',
};

/** Where the last run is remembered, for the next one to be short. */
export const MEMO = '.glidepath/cache/quick';

/** What is said where nothing has to run. */
export const QUIET: RegExp = /↺ build .*\n↺ lint .*\n2 checks passed in .*, all up to date/;

/** Runs the checks, and says which files of Glidepath were loaded for that. */
export async function loadedByCi(rig: ProjectRig): Promise<{ stdout: string; loaded: string }> {
  const list = join(rig.dir, '.glidepath', 'loaded');
  const hooks = join(rig.dir, '.glidepath', 'hooks.mjs');
  writeFileSync(
    hooks,
    `import { registerHooks } from 'node:module';
import { appendFileSync } from 'node:fs';
registerHooks({ load: (url, context, next) => (appendFileSync(${JSON.stringify(list)}, url + '\\n'), next(url, context)) });`,
  );
  rmSync(list, { force: true });
  const { stdout, code } = await rig.runWith({ NODE_OPTIONS: `--import ${hooks}` }, 'ci');
  expect(code).toBe(0);
  return { stdout, loaded: readFileSync(list, 'utf8') };
}
