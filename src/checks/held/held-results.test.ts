import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolvedCheck } from '../../../test/support/projects.ts';
import { ownFiles } from '../own-files/own-files.ts';
import type { HeldResult } from './held-result.ts';
import { openHeldResults } from './held-results.ts';

const HELD: HeldResult = { key: 'k', result: 'r', createdAt: 1, durationMs: 2, failedAttempts: 0 };
const build = resolvedCheck('build', { outputs: ['dist/**'] });
const bundle = resolvedCheck('bundle', { outputs: ['dist/*.css'] });
const install = resolvedCheck('install', { leaves: ['node_modules'] });
const lint = resolvedCheck('lint');

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'glidepath-held-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const directory = (): string => join(root, '.glidepath', 'cache');
const open = (): ReturnType<typeof openHeldResults> =>
  openHeldResults(root, directory(), ownFiles(join(root, '.records')));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function remember(...checks: Parameters<ReturnType<typeof open>['remember']>[0][]): void {
  const held = open();
  for (const check of checks) held.remember(check, HELD);
  held.save();
}

describe('what a checkout holds', () => {
  test('is found by another process, for this key alone', () => {
    write('dist/a/index.js', '1');
    remember(build, lint);
    expect(open().find(build, 'k')).toEqual(HELD);
    expect(open().find(lint, 'k')).toEqual(HELD);
    expect(open().find(build, 'other')).toBeNull();
    expect(open().last('build')).toEqual(HELD);
    expect(open().find(resolvedCheck('never'), 'k')).toBeNull();
  });

  test.each<readonly [string, () => void]>([
    ['changed', () => appendFileSync(join(root, 'dist/a/index.js'), '2')],
    ['touched', () => utimesSync(join(root, 'dist/a/index.js'), 1, 1)],
    ['removed', () => rmSync(join(root, 'dist/a/index.js'))],
    ['joined by another', () => write('dist/a/left-over.js', '')],
    ['removed with their directory', () => rmSync(join(root, 'dist'), { recursive: true })],
  ])('is not held any more where outputs were %s', (_, change) => {
    write('dist/a/index.js', '1');
    remember(build);
    change();
    expect(open().find(build, 'k')).toBeNull();
  });

  test('stays where another check writes beside it', () => {
    write('dist/a.css', '1');
    remember(bundle);
    write('dist/b.js', '1');
    expect(open().find(bundle, 'k')).toEqual(HELD);
    write('dist/b.css', '1');
    expect(open().find(bundle, 'k')).toBeNull();
  });

  test('is nothing where a check that made nothing finds outputs now', () => {
    remember(build);
    expect(open().find(build, 'k')).toEqual(HELD);
    write('dist/a.js', '1');
    expect(open().find(build, 'k')).toBeNull();
  });
});

describe('leaves', () => {
  test.each<readonly [string, boolean, () => void]>([
    ['get the cache of a tool beside them', true, () => write('node_modules/.vite/x', '1')],
    ['are installed anew', false, () => write('node_modules/.package-lock.json', '{ }')],
    ['lose a package', false, () => rmSync(join(root, 'node_modules/one'), { recursive: true })],
    ['are removed', false, () => rmSync(join(root, 'node_modules'), { recursive: true })],
  ])('when they %s, they are held: %s', (_, isHeld, change) => {
    write('node_modules/one/index.js', '1');
    write('node_modules/two/index.js', '1');
    write('node_modules/.package-lock.json', '{}');
    remember(install);
    change();
    expect(open().find(install, 'k') !== null).toBe(isHeld);
  });

  test('that no package manager writes down get the cache of a tool, and one that was never made stays away', () => {
    const deps = resolvedCheck('deps', { leaves: ['deps', 'never'] });
    write('deps/jason/mix.exs', '1');
    remember(deps);
    write('deps/.cache', '');
    expect(open().find(deps, 'k')).toEqual(HELD);
    write('deps/plug/mix.exs', '1');
    expect(open().find(deps, 'k')).toBeNull();
  });

  test.each<readonly [string, string, () => void]>([
    ['mix', 'deps/jason/.hex', () => write('deps/jason/.hex', '1.7.15')],
    ['mix, from git', 'deps/jason/.fetch', () => utimesSync(join(root, 'deps/jason/.fetch'), 1, 1)],
    ['Composer', 'deps/composer/installed.json', () => write('deps/composer/installed.json', '{ }')],
    ['Go', 'deps/modules.txt', () => write('deps/modules.txt', '# v2')],
    [
      'Bundler',
      'deps/ruby/3.3.0/specifications/rack-3.1.gemspec',
      () => {
        rmSync(join(root, 'deps/ruby/3.3.0/specifications/rack-3.1.gemspec'));
        write('deps/ruby/3.3.0/specifications/rack-3.2.gemspec', '');
      },
    ],
    [
      'whoever puts another one in its place',
      'deps/jason/lib/jason.ex',
      () => {
        rmSync(join(root, 'deps/jason'), { recursive: true });
        write('deps/jason/lib/jason.ex', 'a');
      },
    ],
  ])('show by their upper levels what was installed by %s', (_, path, change) => {
    const deps = resolvedCheck('deps', { leaves: ['deps'] });
    write(path, 'a');
    write('deps/plug/mix.exs', 'a');
    remember(deps);
    expect(open().find(deps, 'k')).toEqual(HELD);
    change();
    expect(open().find(deps, 'k')).toBeNull();
  });

  test('with more entries than are looked at are known by the levels above', () => {
    const deps = resolvedCheck('deps', { leaves: ['deps'] });
    for (let index = 0; index < 2_001; index += 1) write(`deps/one/${index}`, '');
    remember(deps);
    write('deps/one/7', 'unseen');
    expect(open().find(deps, 'k')).toEqual(HELD);
    write('deps/one/more', '');
    expect(open().find(deps, 'k')).toBeNull();
  });
});

test('results that somebody else has written meanwhile stay, and what is forgotten goes', () => {
  const [one, other] = [open(), open()];
  expect(one.last('lint')).toBeNull();
  other.remember(build, HELD);
  other.save();
  one.remember(lint, HELD);
  one.save();
  expect([open().find(build, 'k'), open().find(lint, 'k')]).toEqual([HELD, HELD]);
  const third = open();
  third.forget('lint');
  third.save();
  expect([open().find(build, 'k'), open().find(lint, 'k')]).toEqual([HELD, null]);
});

test.each([0, 7, 15, 16, 40, -1])('a file that is spoilt at byte %i is as none', (at) => {
  write('dist/a.js', '1');
  remember(build);
  const file = join(directory(), 'held');
  const bytes = readFileSync(file);
  bytes[at === -1 ? bytes.length - 1 : at] = (bytes.at(at) ?? 0) ^ 1;
  writeFileSync(file, at === 7 ? bytes.subarray(0, 30) : bytes);
  expect(open().find(build, 'k')).toBeNull();
});
