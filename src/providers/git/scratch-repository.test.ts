import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openScratchRepository } from './scratch-repository.ts';

let dir: string;
const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.invalid', ...args], { cwd })
    .toString()
    .trim();

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-scratch-test-'));
  git(dir, 'init', '-q', '-b', 'main', 'mine');
  git(dir, 'init', '-q', '--bare', 'theirs.git');
  mkdirSync(join(dir, 'mine', 'app'));
  writeFileSync(join(dir, 'mine', 'app', 'one.txt'), 'one\n');
  writeFileSync(join(dir, 'mine', 'app', 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(dir, 'mine', 'app', 'run.sh'), 0o755);
  git(join(dir, 'mine'), 'add', '-A');
  git(join(dir, 'mine'), 'commit', '-qm', 'First');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const remote = () => ({ url: join(dir, 'theirs.git'), token: 'unused' });

test('a commit is made on top of another and pushed, and the repository itself stays as it was', async () => {
  const mine = join(dir, 'mine');
  const before = [
    git(mine, 'rev-parse', 'HEAD'),
    git(mine, 'status', '--porcelain'),
    git(mine, 'count-objects'),
  ];
  const head = before[0] ?? '';
  await using scratch = await openScratchRepository(mine);
  const made = await scratch.commit({
    tree: head,
    parents: [head],
    changes: [
      { path: 'app/two.txt', content: 'two\n' },
      { path: 'app/one.txt', content: null },
      { path: 'app/run.sh', content: '#!/bin/sh\necho changed\n' },
    ],
    message: 'Rehearse push main',
    at: Date.UTC(2026, 0, 2),
  });
  await scratch.push(remote(), [`${made}:refs/heads/main`, `${head}:refs/tags/v1.0.0`]);
  const refs = await scratch.remoteRefs(remote());
  expect([refs.get('refs/heads/main'), refs.get('refs/tags/v1.0.0')]).toEqual([made, head]);
  const there = join(dir, 'theirs.git');
  expect(
    git(there, 'ls-tree', '-r', 'main')
      .split('\n')
      .map((line) => line.replace(/ blob \w+\t/, ' ')),
  ).toEqual(['100755 app/run.sh', '100644 app/two.txt']);
  expect(await scratch.isAncestor(head, made)).toBe(true);
  expect(await scratch.read(made, 'app/two.txt')).toBe('two\n');
  expect(await scratch.read(made, 'app/one.txt')).toBeNull();
  expect([
    git(mine, 'rev-parse', 'HEAD'),
    git(mine, 'status', '--porcelain'),
    git(mine, 'count-objects'),
  ]).toEqual(before);
});

test('a folder can become a repository of its own, with a history that goes on', async () => {
  const mine = join(dir, 'mine');
  await using scratch = await openScratchRepository(join(mine, 'app'));
  expect(scratch.folder).toBe('app/');
  const commit = { tree: 'main:app', changes: [], message: 'Only the folder', at: 0 };
  await expect(scratch.commit({ ...commit, tree: 'nowhere:app', parents: [] })).rejects.toMatchObject({
    code: 'SOURCE_UNKNOWN_REF',
  });
  const tree = `${git(mine, 'rev-parse', 'main')}:app`;
  const first = await scratch.commit({ ...commit, tree, parents: [] });
  await scratch.push(remote(), [`${first}:refs/heads/main`]);
  await using later = await openScratchRepository(mine);
  await later.fetch(remote(), ['main']);
  const second = await later.commit({
    ...commit,
    tree,
    parents: [first],
    changes: [{ path: 'new', content: '' }],
  });
  await later.push(remote(), [`${second}:refs/heads/main`]);
  expect(git(join(dir, 'theirs.git'), 'log', '--format=%H', 'main').split('\n')).toEqual([second, first]);
  await expect(later.push(remote(), [`${first}:refs/heads/main`])).rejects.toMatchObject({
    code: 'PROVIDER_REJECTED',
    output: expect.arrayContaining([expect.stringContaining('rejected')]) as unknown,
  });
});

test('nothing is left of it when it is disposed of', async () => {
  const places = new Set<string>();
  const noticing = ((command: string, args: readonly string[], options: { cwd: string }) => {
    places.add(options.cwd);
    return spawn(command, args, options);
  }) as typeof spawn;
  {
    await using scratch = await openScratchRepository(join(dir, 'mine'), noticing);
    await scratch.remoteRefs(remote());
    expect(scratch.folder).toBe('');
    expect([...places].every((place) => existsSync(place))).toBe(true);
  }
  expect([...places].filter((place) => existsSync(place))).toEqual([join(dir, 'mine')]);
});
