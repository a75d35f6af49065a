import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Inventory } from '../components/component.ts';
import { waysIn } from '../components/way-in.ts';
import { parseElixirTerm } from './elixir-term.ts';
import { LockError, type LockSource, type Manifest } from './lock-source.ts';
import { isLockFile, readLock } from './read-lock.ts';

function read(
  path: string,
  text: string,
  more: Partial<Omit<LockSource, 'manifests'>> & { manifests?: Record<string, Manifest> } = {},
): Inventory {
  const { manifests, ...rest } = more;
  return readLock({ path, text, mixExs: null, ...rest, manifests: new Map(Object.entries(manifests ?? {})) });
}
const scopes = ({ components }: Inventory): Record<string, string> =>
  Object.fromEntries(components.filter(({ isOwn }) => !isOwn).map(({ purl, scope }) => [purl, scope]));
const needsOf = ({ components }: Inventory, id: string): readonly string[] | undefined =>
  components.find((each) => each.id === id)?.needs;

describe('a package-lock.json', () => {
  const lock = (packages: object): string => JSON.stringify({ lockfileVersion: 3, packages });

  test('has workspaces, aliases, peers, optional and bundled packages, each found as Node finds it', () => {
    const inventory = read(
      'apps/package-lock.json',
      lock({
        '': { name: 'root', workspaces: ['web'], devDependencies: { tool: '1' } },
        web: {
          name: 'web',
          version: '2.0.0',
          dependencies: { a: '1', other: 'npm:real@3' },
          optionalDependencies: { fast: '1' },
        },
        'node_modules/web': { link: true, resolved: 'web' },
        'node_modules/a': {
          version: '1.0.0',
          license: 'MIT',
          integrity: 'sha512-AAEC',
          dependencies: { b: '1' },
          peerDependencies: { peer: '*', absent: '*' },
        },
        'node_modules/a/node_modules/b': { version: '1.5.0', inBundle: true },
        'node_modules/b': { version: '2.0.0' },
        'node_modules/peer': { version: '1.0.0' },
        'node_modules/other': { name: 'real', version: '3.0.0' },
        'node_modules/fast': { version: '1.0.0', optional: true },
        'node_modules/tool': { version: '1.0.0', dev: true, dependencies: { b: '2' } },
        'node_modules/git': {
          version: '0.0.0',
          resolved: `git+ssh://git@github.com/a/git.git#${'a'.repeat(40)}`,
        },
      }),
    );
    expect(scopes(inventory)).toEqual({
      'pkg:npm/a@1.0.0': 'required',
      'pkg:npm/b@1.5.0': 'required',
      'pkg:npm/b@2.0.0': 'dev',
      'pkg:npm/peer@1.0.0': 'required',
      'pkg:npm/real@3.0.0': 'required',
      'pkg:npm/fast@1.0.0': 'optional',
      'pkg:npm/tool@1.0.0': 'dev',
      [`pkg:npm/git@${'a'.repeat(40)}`]: 'dev',
    });
    expect(inventory.roots).toEqual(['workspace:apps', 'workspace:apps/web']);
    expect(needsOf(inventory, 'pkg:npm/a@1.0.0')).toEqual(['pkg:npm/b@1.5.0', 'pkg:npm/peer@1.0.0']);
    expect(inventory.components.find(({ name }) => name === 'a')).toMatchObject({
      licence: 'MIT',
      hashes: [{ algorithm: 'SHA-512', content: '000102' }],
    });
    expect(waysIn(inventory)('pkg:npm/b@1.5.0')).toEqual(['web', 'a@1.0.0', 'b@1.5.0']);
  });

  test('of this project has every package with a digest, and all that it runs with', () => {
    const root = new URL('../../../', import.meta.url);
    const inventory = read('package-lock.json', readFileSync(new URL('package-lock.json', root), 'utf8'));
    const { dependencies } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
      dependencies: object;
    };
    const others = inventory.components.filter(({ isOwn }) => !isOwn);
    expect(others.filter(({ hashes }) => hashes.length === 0)).toEqual([]);
    const required = new Set(others.filter(({ scope }) => scope === 'required').map(({ name }) => name));
    expect(Object.keys(dependencies).filter((name) => !required.has(name))).toEqual([]);
    expect(others.find(({ name }) => name === 'vitest')?.scope).toBe('dev');
  });

  test('of npm 6, or that is cut off, is refused by name', () => {
    expect(() => read('package-lock.json', '{"lockfileVersion":1,"dependencies":{}}')).toThrow(
      /of npm 6 or older/,
    );
    expect(() => read('package-lock.json', '{"packages":')).toThrow(LockError);
  });
});

describe('a pnpm-lock.yaml', () => {
  test('of version 9 has importers, snapshots, peers, aliases and links', () => {
    const text = `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: ^1.0.0, version: 1.0.0(peer@2.0.0)}
      other: {specifier: npm:real@3, version: real@3.0.0}
    devDependencies:
      '@s/tool': {specifier: 1.0.0, version: 1.0.0}
  packages/web:
    dependencies:
      lib: {specifier: workspace:*, version: link:../lib}
  packages/lib:
    optionalDependencies:
      fast: {specifier: '1', version: 1.0.0}
packages:
  a@1.0.0: {resolution: {integrity: sha512-AAEC}}
  peer@2.0.0: {resolution: {integrity: sha512-AAEC}}
  real@3.0.0: {resolution: {integrity: sha512-AAEC}}
  fast@1.0.0: {resolution: {integrity: sha512-AAEC}}
  '@s/tool@1.0.0': {resolution: {integrity: sha512-AAEC}}
snapshots:
  a@1.0.0(peer@2.0.0):
    dependencies: {peer: 2.0.0}
  peer@2.0.0: {}
  real@3.0.0: {}
  fast@1.0.0: {}
  '@s/tool@1.0.0':
    dependencies: {a: 1.0.0(peer@2.0.0)}
`;
    const inventory = read('pnpm-lock.yaml', text, {
      manifests: { '': { name: 'root' }, 'packages/web': { name: 'web' } },
    });
    expect(scopes(inventory)).toEqual({
      'pkg:npm/a@1.0.0': 'required',
      'pkg:npm/peer@2.0.0': 'required',
      'pkg:npm/real@3.0.0': 'required',
      'pkg:npm/fast@1.0.0': 'optional',
      'pkg:npm/%40s/tool@1.0.0': 'dev',
    });
    expect(needsOf(inventory, 'workspace:packages/web')).toEqual(['workspace:packages/lib']);
    expect(needsOf(inventory, 'pkg:npm/%40s/tool@1.0.0')).toEqual(['pkg:npm/a@1.0.0']);
    expect(inventory.components.find(({ name }) => name === 'a')?.hashes.length).toBe(1);
  });

  test('of version 6 has keys with a slash, and one importer that is not called so', () => {
    const text = `lockfileVersion: '6.0'
dependencies:
  '@s/a': {specifier: ^1.0.0, version: 1.0.0(peer@2.0.0)}
devDependencies:
  tool: {specifier: npm:real@1, version: /real@1.0.0}
packages:
  /@s/a@1.0.0(peer@2.0.0):
    resolution: {integrity: sha512-AAEC}
    dependencies: {peer: 2.0.0}
  /peer@2.0.0: {resolution: {integrity: sha512-AAEC}}
  /real@1.0.0: {resolution: {integrity: sha512-AAEC}, dev: true}
`;
    expect(scopes(read('pnpm-lock.yaml', text))).toEqual({
      'pkg:npm/%40s/a@1.0.0': 'required',
      'pkg:npm/peer@2.0.0': 'required',
      'pkg:npm/real@1.0.0': 'dev',
    });
  });

  test('of another version is refused by name', () => {
    expect(() => read('pnpm-lock.yaml', "lockfileVersion: '5.4'\n")).toThrow(/of version 5\.4/);
    expect(() => read('pnpm-lock.yaml', 'a: [')).toThrow(/is no YAML/);
    expect(() => read('pnpm-lock.yaml', '')).toThrow(LockError);
  });
});

describe('a yarn.lock', () => {
  const manifests = {
    '': { name: 'root', workspaces: ['packages/*'], devDependencies: { '@s/tool': '^1.0.0' } },
    'packages/web': { name: 'web', dependencies: { a: '^1.0.0', lib: '*', alias: 'npm:real@^3.0.0' } },
    'packages/lib': { name: 'lib' },
    'tools/else': { name: 'else', dependencies: { nothing: '1' } },
  };

  test('of Yarn 1 has keys in quotes, several for one, and aliases; workspaces are in the package.json files', () => {
    const text = `# THIS IS AN AUTOGENERATED FILE.
# yarn lockfile v1


"@s/tool@^1.0.0", "@s/tool@^1.1.0":
  version "1.2.0"
  resolved "https://registry.example/@s/tool/-/tool-1.2.0.tgz#${'b'.repeat(40)}"
  dependencies:
    a "^1.0.0"

a@^1.0.0:
  version "1.0.0"
  integrity sha512-AAEC
  optionalDependencies:
    fast "1"

"alias@npm:real@^3.0.0":
  version "3.0.0"

fast@1:
  version "1.0.0"
`;
    const inventory = read('yarn.lock', text, { manifests });
    expect(scopes(inventory)).toEqual({
      'pkg:npm/%40s/tool@1.2.0': 'dev',
      'pkg:npm/a@1.0.0': 'required',
      'pkg:npm/real@3.0.0': 'required',
      'pkg:npm/fast@1.0.0': 'optional',
    });
    expect(needsOf(inventory, 'workspace:packages/web')).toContain('workspace:packages/lib');
    expect(inventory.roots).toEqual(['workspace:.', 'workspace:packages/lib', 'workspace:packages/web']);
    expect(inventory.components.find(({ name }) => name === '@s/tool')?.hashes).toEqual([
      { algorithm: 'SHA-1', content: 'b'.repeat(40) },
    ]);
  });

  test('of later ones is YAML with resolutions, patches and repositories', () => {
    const text = `__metadata:
  version: 8
  cacheKey: 10c0

"@s/tool@npm:^1.0.0":
  version: 1.2.0
  resolution: "@s/tool@npm:1.2.0"
  dependencies:
    a: "npm:^1.0.0"
  languageName: node
  linkType: hard

"a@npm:^1.0.0, a@npm:^1.0.1":
  version: 1.0.1
  resolution: "a@npm:1.0.1"
  checksum: 10c0/abc

"alias@npm:real@^3.0.0":
  version: 3.0.0
  resolution: "real@npm:3.0.0"

"lib@npm:*, lib@workspace:packages/lib":
  version: 0.0.0-use.local
  resolution: "lib@workspace:packages/lib"

"web@workspace:packages/web":
  version: 0.0.0-use.local
  resolution: "web@workspace:packages/web"
  dependencies:
    a: "npm:^1.0.0"
`;
    const inventory = read('yarn.lock', text, { manifests });
    expect(scopes(inventory)).toEqual({
      'pkg:npm/%40s/tool@1.2.0': 'dev',
      'pkg:npm/a@1.0.1': 'required',
      'pkg:npm/real@3.0.0': 'required',
    });
    expect(needsOf(inventory, 'workspace:packages/web')).toContain('workspace:packages/lib');
  });

  test('with a line that Yarn 1 does not write is refused with its number', () => {
    expect(() => read('yarn.lock', 'a@1:\n  version "1"\nwhat is this\n')).toThrow('yarn.lock:3');
  });
});

describe('a mix.lock', () => {
  const text = `%{
  "bandit": {:hex, :bandit, "1.5.0", "aa", [:mix], [{:plug, "~> 1.14", [hex: :plug, repo: "hexpm", optional: false]}, {:websock, "~> 0.5", [hex: :websock, repo: "hexpm", optional: true]}], "hexpm", "0a0b"},
  "credo": {:hex, :credo, "1.7.0", "cc", [:mix], [], "hexpm", "0c"},
  "heroicons": {:git, "https://github.com/tailwindlabs/heroicons.git", "${'d'.repeat(40)}", [tag: "v2.1.1", sparse: "optimized", depth: 1]},
  "plug": {:hex, :plug, "1.16.1", "dd", [:mix], [], "hexpm", "0d"},
  "secret": {:hex, :secret, "0.1.0", "ee", [:mix], [], "hexpm:acme", "0e"},
  "websock": {:hex, :websock, "0.5.3", "ff", [:mix], [], "hexpm", "0f"},
}
`;
  const mixExs = `defmodule Shop.MixProject do
  def project, do: [app: :shop, deps: deps()]
  defp deps do
    [
      {:bandit, "~> 1.5"},
      {:credo, "~> 1.7", only: [:dev, :test], runtime: false},
      # {:plug, "~> 1.0"},
      {:heroicons, github: "tailwindlabs/heroicons", tag: "v2.1.1", app: false},
      {:secret, "~> 0.1", organization: "acme"}
    ]
  end
end
`;

  test('has packages of Hex and of repositories, with what they need; mix.exs says for what', () => {
    const inventory = read('apps/api/mix.lock', text, { mixExs });
    expect(scopes(inventory)).toEqual({
      'pkg:hex/bandit@1.5.0': 'required',
      'pkg:hex/plug@1.16.1': 'required',
      'pkg:hex/websock@0.5.3': 'optional',
      'pkg:hex/credo@1.7.0': 'dev',
      'pkg:hex/acme/secret@0.1.0': 'required',
      [`pkg:github/tailwindlabs/heroicons@${'d'.repeat(40)}`]: 'required',
    });
    expect(inventory.components.find(({ name }) => name === 'bandit')?.hashes).toEqual([
      { algorithm: 'SHA-256', content: '0a0b' },
    ]);
    expect(waysIn(inventory)('pkg:hex/plug@1.16.1')).toEqual(['shop', 'bandit@1.5.0', 'plug@1.16.1']);
  });

  test('without a mix.exs is all required', () => {
    expect(new Set(Object.values(scopes(read('mix.lock', text))))).toEqual(new Set(['required']));
  });

  test.each([
    '%{"a" => ',
    '%{"a": {:hex}',
    '%{"a": fn -> 1 end}',
    '%{"a": {:path, "x"}}',
    '[]',
    '%{"a": }',
    '"',
    '%{'.repeat(9_000),
  ])('that is none is refused with its place: %.30s', (bad) => {
    expect(() => read('mix.lock', bad)).toThrow(LockError);
  });

  test('is read term by term', () => {
    expect(parseElixirTerm('x', '{:a, [b: nil, "c d": true], -1_000, %{"k" => :"odd one"}} # end')).toEqual([
      'a',
      [
        ['b', null],
        ['c d', true],
      ],
      -1000,
      { k: 'odd one' },
    ]);
  });
});

test('a lock file is known by its name, wherever it is', () => {
  expect(
    ['a/yarn.lock', 'mix.lock', 'x/package-lock.json', 'Cargo.lock', 'yarn.lock.md'].map(isLockFile),
  ).toEqual([true, true, true, false, false]);
});
