import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownFiles } from '../../checks/own-files/own-files.ts';
import { loadProject } from '../../config/load-project.ts';
import { readSnapshot, snapshotFile } from './config-snapshot.ts';
import { ownFileRecords } from '../project/machine-state.ts';
import { loadProjectQuickly, type QuickProject } from './load-project-quickly.ts';

const BUILD = 'one';

let root = '';
let config = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-quickly-')));
  config = join(root, 'glidepath.config.ts');
});
afterEach(() => {
  delete process.env['GP_STAGE'];
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

function configWith(checks: string, head = ''): string {
  return `import { defineProject, flyApp, manual, node } from 'glidepath';
${head}
export default defineProject({
  name: 'quick',
  apps: { web: flyApp({ stack: node({ entry: 'a.js' }) }) },
  environments: { staging: { on: manual() } },
  ci: { checks: ${checks} },
});
`;
}

/** As if the files had lain there for a while. */
const later = (): number => Date.now() + 60_000;

async function load(options: { build?: string | null; now?: () => number } = {}): Promise<QuickProject> {
  const context = { cwd: root, env: env(), projectFile: null };
  return await loadProjectQuickly(context, { build: BUILD, now: later, ...options });
}

const env = (): Record<string, string | undefined> => ({
  ...process.env,
  XDG_STATE_HOME: join(root, '.state'),
});

const snapshot = (build = BUILD): ReturnType<typeof readSnapshot> =>
  readSnapshot(config, build, env(), ownFiles(ownFileRecords(env())));

describe('a project that is loaded quickly', () => {
  test('is the one that is loaded from its config', async () => {
    write('checks.ts', `import { command } from './deep/command.ts';\nexport const lint = { command };`);
    write('deep/command.ts', `export const command = 'true';`);
    write('glidepath.config.ts', configWith('{ lint }', `import { lint } from './checks.ts';`));
    const first = await load();
    const { project } = await loadProject({ cwd: root });
    expect(first.project).toEqual(project);
    expect(first.known?.files).toEqual([config, join(root, 'checks.ts'), join(root, 'deep/command.ts')]);
    expect(await load()).toEqual(first);
    expect(snapshot()?.project).toEqual(project);
  });

  test.each<readonly [string, () => void]>([
    ['its config', () => write('glidepath.config.ts', configWith(`{ other: { command: 'true' } }`))],
    ['a module that it imports', () => write('checks.ts', `export const lint = { command: 'false' };`)],
    ['the mode of a file', () => chmodSync(join(root, 'checks.ts'), 0o600)],
    ['a module, which is gone', () => rmSync(join(root, 'checks.ts'))],
    ['a variable that it read', () => (process.env['GP_STAGE'] = 'b')],
    ['what is remembered, which is spoilt', () => writeFileSync(snapshotFile(config), '{')],
  ])('is loaded from its config again after a change of %s', async (_, change) => {
    process.env['GP_STAGE'] = 'a';
    write('checks.ts', `export const lint = { command: \`echo \${process.env['GP_STAGE']}\` };`);
    write('glidepath.config.ts', configWith('{ lint }', `import { lint } from './checks.ts';`));
    const { project, known } = await load();
    expect(project.checks.map(({ command }) => command)).toEqual(['echo a']);
    expect(known?.env).toContain('GP_STAGE');
    expect(readFileSync(snapshotFile(config), 'utf8')).toContain('GP_STAGE');
    expect(snapshot()).not.toBeNull();
    change();
    expect(snapshot()).toBeNull();
  });

  test('belongs to one build of Glidepath, and to none that runs from its sources', async () => {
    write('glidepath.config.ts', configWith(`{ lint: { command: 'true' } }`));
    expect((await load({ build: null })).known).toBeNull();
    expect(snapshot()).toBeNull();
    await load();
    expect(snapshot()).not.toBeNull();
    expect(snapshot('two')).toBeNull();
  });

  test.each([
    ['the time', `const command = \`echo \${new Date().getUTCFullYear()}\`;`],
    [
      'a file',
      `import { readFileSync } from 'node:fs';\nconst command = readFileSync(import.meta.filename, 'utf8').slice(0, 4);`,
    ],
    ['all variables', `const command = \`echo \${Object.keys(process.env).length}\`;`],
    ['the machine', 'const command = `echo ${process.pid}`;'],
  ])('is never remembered where its config depends on %s', async (_, head) => {
    write('glidepath.config.ts', configWith('{ lint: { command } }', head));
    expect((await load()).known).toBeNull();
    expect(snapshot()).toBeNull();
  });

  test('is not remembered where its config has only just been written', async () => {
    write('glidepath.config.ts', configWith(`{ lint: { command: 'true' } }`));
    expect((await load({ now: () => Date.now() })).known).toBeNull();
    expect((await load()).known).not.toBeNull();
  });
});
