import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CheckLog } from './check-log.ts';

test('a log is whole however long it is, and a file of it is there only as long as it is needed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'glidepath-log-'));
  try {
    const file = join(directory, 'a.log');
    {
      using log = new CheckLog(directory, 'a.log');
      log.add('short ü');
      expect(existsSync(file)).toBe(false);
      for (let line = 0; line < 100_000; line += 1) log.add(`line ${line} ü`);
      expect(existsSync(file)).toBe(true);
      const lines = [...log.chunks()].join('').split('\n');
      expect([lines.length, lines[0], lines.at(-2)]).toEqual([100_002, 'short ü', 'line 99999 ü']);
      expect(log.text()).toBe(lines.join('\n'));
    }
    expect(existsSync(directory)).toBe(false);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test.runIf(existsSync('/dev/full'))(
  'where the disk is full it has its end, and says how much is missing',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'glidepath-log-'));
    try {
      symlinkSync('/dev/full', join(directory, 'c.log'));
      using log = new CheckLog(directory, 'c.log');
      for (let line = 0; line < 100_000; line += 1) log.add(`line ${line}`);
      expect(log.text()).toMatch(
        /^\n… \d+ characters are missing: the disk is full …\nline \d+\n[^]*\nline 99999\n$/,
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
);

test('of a very long one beginning and end are kept, and how much lies between', () => {
  const directory = mkdtempSync(join(tmpdir(), 'glidepath-log-'));
  try {
    using log = new CheckLog(directory, 'b.log');
    for (let line = 0; line < 12; line += 1) log.add(`${line}`.padEnd(1024 * 1024, '.'));
    const text = log.text();
    expect(text.startsWith('0...')).toBe(true);
    expect(text).toMatch(/\n… \d+ bytes are not kept …\n/);
    expect(text.length).toBeLessThan(9 * 1024 * 1024);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
