import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ToolError } from '../diagnostics/tool-error.ts';
import { loadProject } from './load-project.ts';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-config-')));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const GOOD = `import { defineProject, flyApp, push } from 'glidepath';
export default defineProject({
  name: 'shop',
  apps: { web: flyApp({ port: 8080, health: { path: '/' } }) },
  environments: { staging: { on: push('main') } },
});
`;

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

/** The error that loading this config ends with. */
async function errorOf(source: string): Promise<ToolError> {
  write({ 'glidepath.config.ts': source });
  const error = await loadProject({ cwd: root }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ToolError);
  return error as ToolError;
}

describe('the config file', () => {
  test('is found in the working directory, and everything in it is resolved', async () => {
    write({ 'glidepath.config.ts': GOOD });
    const loaded = await loadProject({ cwd: root });
    expect(loaded.project.environments.map((environment) => environment.name)).toEqual(['staging']);
    expect(loaded).toMatchObject({ root, file: join(root, 'glidepath.config.ts'), diagnostics: [] });
  });

  test('is found from a folder far below', async () => {
    write({ 'glidepath.config.ts': GOOD, 'lib/deep/er/x.txt': '' });
    const loaded = await loadProject({ cwd: join(root, 'lib/deep/er') });
    expect(loaded.root).toBe(root);
  });

  test('may have any name when it is named', async () => {
    write({ 'deploy/shop.config.ts': GOOD });
    const loaded = await loadProject({ cwd: root, file: 'deploy/shop.config.ts' });
    expect(loaded.root).toBe(join(root, 'deploy'));
  });

  test('that does not exist is said to be missing, and where it was looked for', async () => {
    await expect(loadProject({ cwd: root })).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: `There is no glidepath.config.ts in ${root} or any folder above it.`,
      hint: expect.stringContaining('--project'),
    });
    await expect(loadProject({ cwd: root, file: 'other.ts' })).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: `There is no file ${join(root, 'other.ts')}.`,
    });
    mkdirSync(join(root, 'glidepath.config.ts'));
    await expect(loadProject({ cwd: root })).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
  });
});

describe('a repository', () => {
  test.each([
    ['without a package.json', {}],
    ['whose package.json says nothing of modules', { 'package.json': '{ "name": "x" }' }],
    ['whose package.json says commonjs', { 'package.json': '{ "type": "commonjs" }' }],
    ['whose package.json says module', { 'package.json': '{ "type": "module" }' }],
  ])(
    '%s works, with types and files of its own beside the config',
    async (_, files: Record<string, string>) => {
      write({
        ...files,
        'shared.ts': `export const port: number = 4321;`,
        'glidepath.config.ts': `import { port } from './shared.ts';\n${GOOD.replace('8080', 'port as number')}`,
      });
      const { project } = await loadProject({ cwd: root });
      expect(project.environments[0]?.apps[0]).toMatchObject({ port: 4321 });
    },
  );

  test('with another glidepath installed still gets the running one', async () => {
    write({
      'glidepath.config.ts': GOOD,
      'node_modules/glidepath/package.json': '{ "type": "module", "exports": "./index.js" }',
      'node_modules/glidepath/index.js': 'throw new Error("the wrong one");',
    });
    await expect(loadProject({ cwd: root })).resolves.toMatchObject({ project: { name: 'shop' } });
  });

  test('may use top-level await and packages of its own', async () => {
    write({
      'node_modules/names/package.json': '{ "type": "module", "exports": "./index.js" }',
      'node_modules/names/index.js': 'export const name = "awaited";',
      'glidepath.config.ts': `const { name } = await import('names');\n${GOOD.replace("'shop'", 'name')}`,
    });
    await expect(loadProject({ cwd: root })).resolves.toMatchObject({ project: { name: 'awaited' } });
  });

  test('whose config was edited is loaded as it is now', async () => {
    write({ 'glidepath.config.ts': GOOD });
    await loadProject({ cwd: root });
    write({ 'glidepath.config.ts': GOOD.replace("'shop'", "'renamed'") });
    await expect(loadProject({ cwd: root })).resolves.toMatchObject({ project: { name: 'renamed' } });
  });
});

describe('a config that cannot be loaded', () => {
  test('because it throws, is shown with the line of the throw', async () => {
    const error = await errorOf(`const port: number = 1;\n\nthrow new Error(\`no port \${port}\`);\n`);
    expect(error).toMatchObject({
      code: 'CONFIG_THREW',
      message: 'glidepath.config.ts:3 threw while it was loaded: no port 1.',
    });
    expect(error.diagnostics).toEqual([
      {
        severity: 'error',
        code: 'CONFIG_THREW',
        message: 'glidepath.config.ts threw while it was loaded: no port 1.',
        hint: 'Make glidepath.config.ts load without an error.',
        location: { file: 'glidepath.config.ts', line: 3, column: 7 },
      },
    ]);
  });

  test('because something it imports throws, names the line that it came through', async () => {
    write({ 'other.ts': `export function boom(): never {\n  throw new Error('boom');\n}\n` });
    const error = await errorOf(`import { boom } from './other.ts';\n\n\nexport default boom();\n`);
    expect(error.message).toBe('glidepath.config.ts:4 threw while it was loaded: boom.');
  });

  test('because it throws what is no error, is shown all the same', async () => {
    const error = await errorOf(`throw 'just text';\n`);
    expect(error.message).toBe('glidepath.config.ts threw while it was loaded: just text.');
    expect(error.diagnostics[0]?.location).toEqual({ file: 'glidepath.config.ts' });
  });

  test('because of a syntax error, is shown with line and column', async () => {
    const error = await errorOf(`import { push } from 'glidepath';\nexport default { a: 1,, b: 2 };\n`);
    expect(error.message).toMatch(/^glidepath\.config\.ts:2 has a syntax error: /);
    expect(error.diagnostics[0]?.location).toEqual({ file: 'glidepath.config.ts', line: 2, column: 23 });
  });

  test('because of TypeScript that is more than types, is told so', async () => {
    const error = await errorOf(`enum Region { iad }\nexport default {};\n`);
    expect(error.message).toMatch(/^glidepath\.config\.ts:1 has a syntax error: .*enum/);
    expect(error.hint).toContain('enums and namespaces are not');
  });

  test('because a function of ours is misspelled, names it', async () => {
    const error = await errorOf(`import { flyAp } from 'glidepath';\nexport default flyAp({});\n`);
    expect(error.message).toMatch(/^glidepath\.config\.ts:1 imports flyAp, which does not exist/);
    expect(error.hint).toBe('Correct the name in the import.');
  });

  test('because an import leads nowhere, says which', async () => {
    const error = await errorOf(`import { x } from './nowhere.ts';\nexport default x;\n`);
    expect(error.message).toContain('imports something that is not there');
    expect(error.message).toContain('nowhere.ts');
  });
});

describe('a config that exports the wrong thing', () => {
  test.each([
    'const project = 1;',
    'export const project = {};',
    'export default undefined;',
    'export default null;',
  ])('%s is told to export a project', async (source) => {
    const error = await errorOf(source);
    expect(error).toMatchObject({
      code: 'CONFIG_NO_DEFAULT_EXPORT',
      message: 'glidepath.config.ts exports no project.',
      hint: 'Export it as the default: export default defineProject({ … })',
    });
    expect(error.diagnostics).toHaveLength(1);
  });
});

describe('a config with mistakes', () => {
  test('is refused with all of them, each with its line', async () => {
    const error = await errorOf(
      GOOD.replace('8080', '80800').replace("push('main')", "push('main'), slep: 'never'"),
    );
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'glidepath.config.ts has 2 mistakes.',
      hint: 'Correct what is listed, then: glidepath validate',
    });
    expect(error.diagnostics.map(({ code, location }) => [code, location])).toEqual([
      ['CONFIG_INVALID_VALUE', { file: 'glidepath.config.ts', line: 4, column: 31 }],
      ['CONFIG_UNKNOWN_KEY', { file: 'glidepath.config.ts', line: 5, column: 48 }],
    ]);
  });

  test('counts errors and not warnings, and shows both', async () => {
    const error = await errorOf(GOOD.replace("health: { path: '/' }", 'prot: 1'));
    expect(error.message).toBe('glidepath.config.ts has a mistake.');
    expect(error.diagnostics.map((diagnostic) => diagnostic.severity).sort()).toEqual(['error', 'warning']);
  });

  test('that are only warnings is loaded', async () => {
    write({ 'glidepath.config.ts': GOOD.replace(", health: { path: '/' }", '') });
    const { diagnostics } = await loadProject({ cwd: root });
    expect(diagnostics).toEqual([
      expect.objectContaining({
        severity: 'warning',
        path: 'apps.web',
        location: { file: 'glidepath.config.ts', line: 4, column: 16 },
      }),
    ]);
  });

  test('is named by its whole path from outside its folder', async () => {
    write({ 'glidepath.config.ts': GOOD.replace("'shop'", "'Shop'"), 'below/x': '' });
    const error = await loadProject({ cwd: join(root, 'below') }).catch((thrown: unknown) => thrown);
    expect((error as ToolError).message).toBe(`${join(root, 'glidepath.config.ts')} has a mistake.`);
  });
});
