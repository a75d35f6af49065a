import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { createGitSource } from './git-source.ts';

let dir: string;
const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: join(dir, 'repo'), encoding: 'utf8' }).trim();
const commit = (message: string, files: Record<string, string>): string => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, 'repo', name, '..'), { recursive: true });
    writeFileSync(join(dir, 'repo', name), text);
  }
  git('add', '-A');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.org', 'commit', '-qm', message);
  return git('rev-parse', 'HEAD');
};

let first: string;
let second: string;
let side: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-git-'));
  mkdirSync(join(dir, 'repo'));
  git('init', '-q', '-b', 'main');
  first = commit('First', { 'a.txt': 'one', 'services/api/index.js': 'api' });
  git('tag', 'v1.0.0');
  git('checkout', '-qb', 'side');
  side = commit('Side', { 'side.txt': 's' });
  git('checkout', '-q', 'main');
  second = commit('Second: a subject', { 'a.txt': 'two' });
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

const source = () => createGitSource({ root: join(dir, 'repo') });

describe('names', () => {
  test('branches, tags, short shas and HEAD resolve to the full sha', async () => {
    expect(await source().resolveRef('main')).toBe(second);
    expect(await source().resolveRef('v1.0.0')).toBe(first);
    expect(await source().resolveRef(first.slice(0, 8))).toBe(first);
    expect(await source().hasRef('side')).toBe(true);
    expect(await source().currentBranch()).toBe('main');
  });

  test.each(['nowhere', '--all', ''])('%j is SOURCE_UNKNOWN_REF and never read as an option', async (ref) => {
    expect((await failure(source().resolveRef(ref))).code).toBe('SOURCE_UNKNOWN_REF');
    expect(await source().hasRef(ref)).toBe(false);
  });

  test('a directory outside of any repository is SOURCE_NOT_A_REPOSITORY', async () => {
    const error = await failure(createGitSource({ root: dir }).resolveRef('HEAD'));
    expect(error.code).toBe('SOURCE_NOT_A_REPOSITORY');
  });

  test('GIT_DIR of a surrounding git does not lead it astray', async () => {
    process.env['GIT_DIR'] = join(dir, 'nowhere');
    try {
      expect(await source().resolveRef('HEAD')).toBe(second);
    } finally {
      delete process.env['GIT_DIR'];
    }
  });
});

describe('ancestry', () => {
  test('is told by the graph and not by time', async () => {
    expect(await source().isAncestor(first, second)).toBe(true);
    expect(await source().isAncestor(second, first)).toBe(false);
    expect(await source().isAncestor(side, second)).toBe(false);
    expect(await source().isAncestor(second, second)).toBe(true);
  });

  test('a commit that is not in this clone is nobody\u2019s ancestor, and that can be asked', async () => {
    const unknown = '0123456789'.repeat(4);
    expect(await source().isAncestor(unknown, second)).toBe(false);
    expect(await source().hasCommit(unknown)).toBe(false);
    expect(await source().hasCommit(first)).toBe(true);
  });
});

describe('contents', () => {
  test('an export holds the commit and nothing uncommitted', async () => {
    writeFileSync(join(dir, 'repo', 'uncommitted.txt'), 'no');
    try {
      await source().exportTree(first, join(dir, 'export'));
      expect(await source().isDirty()).toBe(true);
    } finally {
      rmSync(join(dir, 'repo', 'uncommitted.txt'));
    }
    expect(readdirSync(join(dir, 'export')).sort()).toEqual(['a.txt', 'services']);
    expect(readFileSync(join(dir, 'export', 'a.txt'), 'utf8')).toBe('one');
    expect(await source().isDirty()).toBe(false);
  });

  test('a project in a subdirectory exports that subdirectory', async () => {
    const api = createGitSource({ root: join(dir, 'repo', 'services', 'api') });
    await api.exportTree('HEAD', join(dir, 'export-api'));
    expect(readdirSync(join(dir, 'export-api'))).toEqual(['index.js']);
  });

  test('tells what changed, and by which commits', async () => {
    expect(await source().changedFiles(first, second)).toEqual(['a.txt']);
    const commits = await source().commitsBetween(first, 'main');
    expect(commits).toMatchObject([{ sha: second, subject: 'Second: a subject', author: 'Test' }]);
    expect(Math.abs((commits[0]?.at ?? 0) - Date.now())).toBeLessThan(3_600_000);
    expect(await source().subject(first)).toBe('First');
    expect((await source().commit('side')).sha).toBe(side);
  });
});

describe('lines', () => {
  test('that a change adds are told with paths of the project, whatever git is set to show', async () => {
    const before = commit('Lines', { 'services/web/lines.txt': '1\n2\n3\n', 'lines.txt': '1\n' });
    git('config', 'diff.noprefix', 'true');
    git('config', 'color.diff', 'always');
    const after = commit('More lines', { 'services/web/lines.txt': '1\ntwo\n3\n4\n', 'lines.txt': '2\n' });
    writeFileSync(join(dir, 'repo/services/web/lines.txt'), '1\ntwo\nthree\n4\n');
    writeFileSync(join(dir, 'repo/services/web/new ü.txt'), 'x');
    const web = createGitSource({ root: join(dir, 'repo/services/web') });
    const marks = (diff: string): string[] => diff.split('\n').filter((line) => /^(\+\+\+|@@)/.test(line));
    expect(marks(await web.lineChanges(before, after))).toEqual([
      '+++ b/lines.txt',
      '@@ -2 +2 @@',
      '@@ -3,0 +4 @@',
    ]);
    expect(marks(await web.lineChanges(before, null))).toEqual(['+++ b/lines.txt', '@@ -2,2 +2,3 @@']);
    expect(await web.newFiles()).toEqual(['new ü.txt']);
    expect([await web.prefix(), await source().prefix()]).toEqual(['services/web/', '']);
    git('config', '--unset', 'diff.noprefix');
    git('config', '--unset', 'color.diff');
    rmSync(join(dir, 'repo/services/web/new ü.txt'));
    git('checkout', '-q', '--', '.');
  });
});

describe('files', () => {
  test('of a commit are listed below the project, without links, and read as they are there', async () => {
    const bytes = 'ä\r\n\0 no newline at the end';
    const with2 = commit('Files', { 'services/api/sql/ü 1.sql': bytes, 'services/api/sql/2.sql': '' });
    symlinkSync('2.sql', join(dir, 'repo/services/api/sql/link.sql'));
    commit('A link', {});
    writeFileSync(join(dir, 'repo/services/api/sql/2.sql'), 'not committed');
    const api = createGitSource({ root: join(dir, 'repo/services/api') });
    const files = await api.filesOf('HEAD');
    expect(files.map(({ path }) => path)).toEqual(['index.js', 'sql/2.sql', 'sql/ü 1.sql']);
    const contents = await api.contents(files.map(({ blob }) => blob));
    expect(files.map(({ blob }) => contents.get(blob)?.toString())).toEqual(['api', '', bytes]);
    expect(await api.contents([])).toEqual(new Map());
    expect((await failure(api.contents(['0'.repeat(40)]))).code).toBe('SOURCE_UNKNOWN_REF');
    git('checkout', '-q', '--', '.');
    expect((await source().filesOf(with2)).map(({ path }) => path)).toContain('services/api/sql/ü 1.sql');
  });
});

async function failure(promise: Promise<unknown>): Promise<ToolError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ToolError) return error;
  throw new Error('expected a ToolError', { cause: error });
}
