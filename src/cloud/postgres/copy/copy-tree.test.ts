import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyByCp } from './copy-by-cp.ts';
import { probeCopyMethod } from './copy-method.ts';
import { copyTree, removeUnfinishedCopies } from './copy-tree.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-copy-'));
  mkdirSync(join(dir, 'from/a/b'), { recursive: true });
  mkdirSync(join(dir, 'from/empty'));
  for (let index = 0; index < 600; index += 1) writeFileSync(join(dir, `from/a/${index}`), `of ${index}`);
  writeFileSync(join(dir, 'from/a/b/-dash and space'), Buffer.alloc(300_000, 7));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a tree is copied with all that is in it, but what is left out', async () => {
  const method = await probeCopyMethod(dir);
  const leaveOut = (path: string): boolean => path === 'a/7' || path === 'empty';
  await copyTree({ from: join(dir, 'from'), to: join(dir, 'to'), method, leaveOut });
  expect(readdirSync(join(dir, 'to'))).toEqual(['a']);
  expect(readdirSync(join(dir, 'to/a'))).toHaveLength(600);
  expect(readFileSync(join(dir, 'to/a/599'), 'utf8')).toBe('of 599');
  expect(readFileSync(join(dir, 'to/a/b/-dash and space'))).toEqual(Buffer.alloc(300_000, 7));
  // The trial of what the disk can leaves nothing.
  expect(readdirSync(dir).sort()).toEqual(['from', 'to']);
});

test('who looks after room is asked for all bytes first, and may end it', async () => {
  const asked: number[] = [];
  const ensureRoom = (bytes: number): Promise<void> => {
    asked.push(bytes);
    return asked.length > 1 ? Promise.reject(new Error('no room')) : Promise.resolve();
  };
  const copy = { from: join(dir, 'from'), to: join(dir, 'to'), method: 'copy', ensureRoom } as const;
  await expect(copyTree(copy)).rejects.toThrow('no room');
  expect(asked[0]).toBeGreaterThan(300_000);
  expect(existsSync(join(dir, 'to'))).toBe(false);
  expect(readdirSync(dir)).toHaveLength(2);
  await removeUnfinishedCopies(join(dir, 'to'));
  expect(readdirSync(dir)).toEqual(['from']);
});

test('a file that is gone is left out, and the others are copied', async () => {
  mkdirSync(join(dir, 'to'));
  mkdirSync(join(dir, 'to/a'));
  writeFileSync(join(dir, "from/a/it's"), '');
  await copyByCp(join(dir, 'from'), ['a/1', 'a/gone', "a/it's"], join(dir, 'to'));
  expect(readdirSync(join(dir, 'to/a')).sort()).toEqual(['1', "it's"]);
});

test('what cp cannot do is said with its words', async () => {
  await expect(copyByCp(join(dir, 'from/a'), ['1'], join(dir, 'nowhere'))).rejects.toMatchObject({
    code: 'CLOUD_POSTGRES_FAILED',
    output: [expect.stringMatching(/nowhere/)],
  });
  await expect(copyByCp(join(dir, 'from'), ['a'], dir)).rejects.toMatchObject({
    code: 'CLOUD_POSTGRES_FAILED',
  });
});
