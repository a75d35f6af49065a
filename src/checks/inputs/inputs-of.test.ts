import fc from 'fast-check';
import { assert, describe, expect, test } from 'vitest';
import { resolvedCheck } from '../../../test/support/projects.ts';
import { resolveChecks } from '../../config/resolve/resolve-checks.ts';
import { inputsOf } from './inputs-of.ts';
import type { InputTree } from './input-tree.ts';
import { matchGlobs } from './match-globs.ts';

const FILES = [
  '.github/workflows/ci.yml',
  '.nvmrc',
  'app/(auth)/login.tsx',
  'app/[id]/page.tsx',
  'docs/index.md',
  'package-lock.json',
  'package.json',
  'packages/api/dist/index.js',
  'packages/api/package.json',
  'packages/api/src/index.ts',
  'packages/api/src/index.test.ts',
  'packages/api-client/src/index.ts',
  'packages/web/package-lock.json',
  'packages/web/src/.hidden.ts',
];

function treeOf(files: readonly string[]): InputTree {
  return { files: new Map(files.map((file) => [file, `digest of ${file}`])) };
}

function paths(inputs: readonly string[], directory = ''): string[] {
  const check = resolvedCheck('one', { inputs, directory });
  return Object.keys(inputsOf(treeOf(FILES), check, [check]));
}

const LOCKS = ['.nvmrc', 'package-lock.json', 'package.json'];

describe('the inputs of a check', () => {
  test.each([
    [['docs/**'], ['docs/index.md']],
    [['docs'], ['docs/index.md']],
    [['docs/'], ['docs/index.md']],
    [['./docs/index.md'], ['docs/index.md']],
    [['**/*.md'], ['docs/index.md']],
    [['**/*.yml'], ['.github/workflows/ci.yml']],
    [['app/[id]/**'], ['app/[id]/page.tsx']],
    [['app/(auth)/**/*.tsx'], ['app/(auth)/login.tsx']],
    [
      ['packages/*/src/**', '!**/*.test.ts'],
      ['packages/api-client/src/index.ts', 'packages/api/src/index.ts', 'packages/web/src/.hidden.ts'],
    ],
    [['!**/*.test.ts', 'packages/api/src/**'], ['packages/api/src/index.ts']],
    [['{**/index.md,nothing}'], ['docs/index.md']],
    [['{**/*.md,packages/{web,none/**}/src/.hidden.ts}'], ['docs/index.md', 'packages/web/src/.hidden.ts']],
    [['packages/{api,web}/src/*.ts', '!packages/api'], ['packages/web/src/.hidden.ts']],
  ])('%j', (inputs, expected) => {
    expect(paths(inputs).filter((path) => !LOCKS.includes(path))).toEqual(expected);
  });

  test.each([
    ['npm ci', '', ['package-lock.json', 'package.json']],
    ['pnpm install --frozen-lockfile', '', ['package-lock.json', 'package.json']],
    [
      'npm ci',
      'packages/web',
      ['package.json', 'packages/web/package-lock.json', 'packages/web/package.json'],
    ],
    ['mix deps.get', '', ['package-lock.json', 'package.json']],
    ['pip install -r tools/dev.txt', '', ['package-lock.json', 'package.json']],
  ])(
    'of %s in %j of an ordinary repository are its manifests, and none is missed',
    (command, directory, expected) => {
      const [install] = resolveChecks({
        name: 'shop',
        apps: {},
        environments: {},
        ci: { checks: { install: directory === '' ? { command } : { command, directory } } },
      });
      assert(install !== undefined);
      const files = ['package.json', 'package-lock.json', 'server.js', 'packages/web/package.json', ...FILES];
      const single = directory === '' ? files.filter((file) => !file.includes('/')) : files;
      expect(
        Object.keys(inputsOf(treeOf(single), install, [install])).filter((path) => path !== '.nvmrc'),
      ).toEqual(expected);
    },
  );

  test('are sorted, with the lock files that apply to its directory: of each name the nearest', () => {
    expect(paths(['packages/web/src/**'], 'packages/web')).toEqual([
      '.nvmrc',
      'package.json',
      'packages/web/package-lock.json',
      'packages/web/src/.hidden.ts',
    ]);
    expect(paths(['packages/api/src/index.ts'], 'packages/api')).toEqual([
      '.nvmrc',
      'package-lock.json',
      'package.json',
      'packages/api/package.json',
      'packages/api/src/index.ts',
    ]);
  });

  test('are never what a check makes: outputs, leaves, reports, or the state of Glidepath', () => {
    const build = resolvedCheck('build', {
      outputs: ['packages/api/dist/**', '!packages/api/dist/kept.js'],
      leaves: ['node_modules'],
      reports: { junit: ['**/junit.xml'], coverage: [], sarif: [], sbom: [] },
    });
    const lint = resolvedCheck('lint');
    const made = ['packages/api/dist/index.js', 'node_modules/x/y.js', 'packages/api/junit.xml'];
    const files = [...made, '.glidepath/cache/tree', 'packages/api/dist/kept.js', 'packages/api/dist.ts'];
    expect(Object.keys(inputsOf(treeOf(files), lint, [build, lint]))).toEqual([
      'packages/api/dist.ts',
      'packages/api/dist/kept.js',
    ]);
  });

  test('keep a file with a name that objects have by themselves', () => {
    const check = resolvedCheck('one');
    const inputs = inputsOf(treeOf(['__proto__', 'constructor']), check, [check]);
    expect(Object.entries(inputs)).toEqual([
      ['__proto__', 'digest of __proto__'],
      ['constructor', 'digest of constructor'],
    ]);
  });
});

describe('a glob that matches nothing', () => {
  test.each([
    ['pakages/api/**', 'packages/api/**'],
    ['packages/api/scr/**/*.ts', 'packages/api/src/**/*.ts'],
    ['docs/indx.md', 'docs/index.md'],
  ])('%s is CHECK_GLOB_EMPTY, with the check and what was probably meant', (glob, meant) => {
    expect(() => paths([glob])).toThrow(
      expect.objectContaining({
        code: 'CHECK_GLOB_EMPTY',
        message: `The check one has "${glob}" in its inputs, but no file matches it.`,
        hint: `Did you mean ${meant}?`,
      }),
    );
  });

  test('may name what another check makes, and may exclude what is not there', () => {
    const build = resolvedCheck('build', { outputs: ['out/**'] });
    const scan = resolvedCheck('scan', { inputs: ['out/**/*.js', 'docs/**', '!tmp/**'] });
    expect(Object.keys(inputsOf(treeOf(FILES), scan, [build, scan]))).toContain('docs/index.md');
  });
});

const name = fc.constantFrom('a', 'b', 'src', '.x', 'test', 'a.ts', '[id]', 'ä b');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
const glob = fc.oneof(
  path,
  path.map((each) => `${each}/**`),
  path.map((each) => `${each}/**/*.ts`),
  path.map((each) => `${each}/*`),
  fc.constantFrom('**', '**/*.ts', '**/src/**', '*'),
);

test('what is found by looking up directories is what the globs say of each path', () => {
  fc.assert(
    fc.property(fc.uniqueArray(path), fc.array(glob, { minLength: 1 }), fc.array(glob), (files, yes, no) => {
      const inputs = [...yes, ...no.map((each) => `!${each}`)];
      const check = resolvedCheck('one', { inputs: [...inputs, 'always'] });
      const matches = matchGlobs(check.inputs);
      const whole = ['always', ...files];
      // Every glob matches something of the helping files, so that none is refused.
      const helping = yes.map((each) => each.replaceAll('**', 'x').replaceAll('*', 'y'));
      const found = Object.keys(inputsOf(treeOf([...whole, ...helping]), check, [check]));
      expect(found.filter((each) => whole.includes(each))).toEqual(whole.filter(matches).sort());
    }),
  );
});

describe('links', () => {
  const files = [
    '.env.example',
    'lib/deep/a',
    'lib/deep/link',
    'lib/real',
    'src/d',
    'src/env',
    'src/l',
    'src/made',
  ];
  const links = new Map([
    ['src/l', { path: 'lib/real', digest: null }],
    ['src/d', { path: 'lib/deep', digest: null }],
    ['lib/deep/link', { path: '.env.example', digest: null }],
    ['src/env', { path: '../outside/.env', digest: 'of .env' }],
    ['src/made', { path: 'dist/cli.js', digest: 'of what a check makes' }],
  ]);

  test('take what they lead to in: a file, all in a directory, links there too, and what is none of the checkout', () => {
    const check = resolvedCheck('one', { inputs: ['src/**'], outputs: ['dist/**'] });
    expect(inputsOf({ ...treeOf(files), links }, check, [check])).toEqual({
      '../outside/.env': 'of .env',
      ...Object.fromEntries(files.map((file) => [file, `digest of ${file}`])),
    });
  });

  test('that are no inputs lead to none', () => {
    const check = resolvedCheck('one', { inputs: ['src/d', '!src/l'] });
    const found = Object.keys(inputsOf({ ...treeOf(files), links }, check, [check]));
    expect(found).toEqual(['.env.example', 'lib/deep/a', 'lib/deep/link', 'src/d']);
  });
});
