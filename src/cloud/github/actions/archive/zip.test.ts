import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readZip, writeZip } from './zip.ts';

test('what is packed comes out again, whatever it is', () => {
  const entry = fc.record({
    name: fc.stringMatching(/^[a-zä€/.]{1,20}$/u),
    bytes: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
      expect(readZip(writeZip(entries))).toEqual(entries);
    }),
  );
});

test('the zip of others reads it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-zip-'));
  try {
    const file = join(dir, 'a.zip');
    writeFileSync(
      file,
      writeZip([
        { name: 'täglich/a.txt', bytes: Buffer.from('hello\n'.repeat(100)) },
        { name: 'empty', bytes: Buffer.alloc(0) },
      ]),
    );
    const read = `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
z.extractall(sys.argv[2])`;
    execFileSync('python3', ['-c', read, file, join(dir, 'out')]);
    expect(readFileSync(join(dir, 'out', 'täglich', 'a.txt'), 'utf8')).toBe('hello\n'.repeat(100));
    expect(readFileSync(join(dir, 'out', 'empty')).length).toBe(0);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('a damaged archive is refused', () => {
  const archive = writeZip([{ name: 'a', bytes: Buffer.from('text that is long enough') }]);
  expect(() => readZip(archive.subarray(0, 10))).toThrow('no zip archive');
  archive.writeUInt8(archive.readUInt8(archive.length - 22 - 47 + 16) ^ 1, archive.length - 22 - 47 + 16);
  expect(() => readZip(archive)).toThrow('damaged');
});
