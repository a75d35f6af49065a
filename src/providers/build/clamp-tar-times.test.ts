import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { create, list, Parser } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clampTarTimes } from './clamp-tar-times.ts';

const LATEST = 1_700_000_000;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-clamp-'));
  const file = (path: string, seconds: number, text: string): void => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
    utimesSync(join(dir, path), seconds, seconds);
  };
  file('in/old', 1_600_000_000, 'older than the commit');
  file('in/young', 1_800_000_000.123_456, 'x'.repeat(5_000));
  file(`in/${'deep/'.repeat(30)}${'n'.repeat(120)}`, 1_800_000_000.5, '');
  symlinkSync('old', join(dir, 'in/link'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const clamped = async (chunks: readonly Buffer[]): Promise<Buffer> =>
  buffer(Readable.from(chunks).pipe(clampTarTimes(LATEST)));

function entriesOf(tar: Buffer): { path: string; time: number; size: number }[] {
  const entries: { path: string; time: number; size: number }[] = [];
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      entries.push({ path: entry.path, time: (entry.mtime?.getTime() ?? 0) / 1000, size: entry.size });
      entry.resume();
    },
  });
  parser.end(tar);
  return entries;
}

/** As three programs write it: with extended headers by each, and by GNU's own form. */
const WRITERS: Record<string, () => Buffer | Promise<Buffer>> = {
  'the tar package': async () => buffer(create({ cwd: dir, portable: false }, ['in'])),
  'GNU tar, POSIX': () => execFileSync('tar', ['--format=posix', '-C', dir, '-cf', '-', 'in']),
  'GNU tar, its own': () => execFileSync('tar', ['--format=gnu', '-C', dir, '-cf', '-', 'in']),
};

test.each(Object.keys(WRITERS))(
  'what is younger gets the time of the commit, and nothing else changes: %s',
  async (name) => {
    const tar = (await WRITERS[name]?.()) ?? Buffer.alloc(0);
    const out = await clamped([tar]);
    expect(out.length).toBe(tar.length);
    const [before, after] = [entriesOf(tar), entriesOf(out)];
    expect(after.map(({ path, size }) => [path, size])).toEqual(before.map(({ path, size }) => [path, size]));
    expect(before.some(({ time }) => time > LATEST)).toBe(true);
    expect(after.map(({ time }) => time)).toEqual(before.map(({ time }) => (time > LATEST ? LATEST : time)));
    // GNU tar checks the sum of every header.
    expect(execFileSync('tar', ['-tf', '-'], { input: out }).toString()).toContain('in/young');
    list({ sync: true, file: written(out), strict: true });
  },
);

function written(tar: Buffer): string {
  writeFileSync(join(dir, 'out.tar'), tar);
  return join(dir, 'out.tar');
}

test('however the bytes arrive, the result is the same, and a second time changes nothing', async () => {
  const tar = (await WRITERS['GNU tar, POSIX']?.()) ?? Buffer.alloc(0);
  const whole = await clamped([tar]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(tar.length), { maxLength: 20 }), async (cuts) => {
      const ends = [0, ...cuts.toSorted((a, b) => a - b), tar.length];
      const chunks = ends.slice(1).map((end, index) => tar.subarray(ends[index], end));
      expect((await clamped(chunks)).equals(whole)).toBe(true);
    }),
    { numRuns: 30 },
  );
  expect((await clamped([whole])).equals(whole)).toBe(true);
});

test('what is no tar comes through as it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
      expect((await clamped([Buffer.from(bytes)])).equals(Buffer.from(bytes))).toBe(true);
    }),
    { numRuns: 30 },
  );
});
