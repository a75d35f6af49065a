import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyLiveVolume } from './live-volume-copy.ts';

let dir: string;
const at = (...parts: string[]): string => join(dir, ...parts);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-live-copy-'));
  mkdirSync(at('from', 'inner'), { recursive: true });
  writeFileSync(at('from', 'same'), 'same', { mode: 0o600 });
  writeFileSync(at('from', 'inner', 'grows'), 'begin');
  writeFileSync(at('from', 'inner', 'goes'), 'soon gone');
  symlinkSync('../same', at('from', 'inner', 'link'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('what has changed, come or gone by the standstill is as it was then', async () => {
  let isFrozen = false;
  await copyLiveVolume(at('from'), at('to'), () => {
    // The last that its writer does.
    appendFileSync(at('from', 'inner', 'grows'), ' end');
    rmSync(at('from', 'inner', 'goes'));
    mkdirSync(at('from', 'new'));
    writeFileSync(at('from', 'new', 'file'), 'new');
    isFrozen = true;
    return () => (isFrozen = false);
  });
  expect(isFrozen).toBe(false);
  expect(readFileSync(at('to', 'same'), 'utf8')).toBe('same');
  expect(statSync(at('to', 'same')).mode & 0o777).toBe(0o600);
  expect(readFileSync(at('to', 'inner', 'grows'), 'utf8')).toBe('begin end');
  expect(readFileSync(at('to', 'new', 'file'), 'utf8')).toBe('new');
  expect(readlinkSync(at('to', 'inner', 'link'))).toBe('../same');
  expect(() => statSync(at('to', 'inner', 'goes'))).toThrow('ENOENT');
});

test('a write of the same size at the same instant is seen', async () => {
  await copyLiveVolume(at('from'), at('to'), () => {
    writeFileSync(at('from', 'same'), 'SAME');
    return () => undefined;
  });
  expect(readFileSync(at('to', 'same'), 'utf8')).toBe('SAME');
});

test('what stood still goes on when the copy fails', async () => {
  let isFrozen = false;
  const failing = copyLiveVolume(at('from'), at('to'), () => {
    isFrozen = true;
    rmSync(at('from'), { recursive: true });
    return () => (isFrozen = false);
  });
  await expect(failing).rejects.toThrow('ENOENT');
  expect(isFrozen).toBe(false);
});
