import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ownFiles } from './own-files.ts';

let root = '';
let file = '';
let records = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'glidepath-own-'));
  file = join(root, 'cache', 'held');
  records = join(root, 'state', 'own-files');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('what was written is read, also by another process, until it is written anew', () => {
  ownFiles(records).write(file, 'one');
  expect(ownFiles(records).read(file)?.toString()).toBe('one');
  ownFiles(records).write(file, 'two');
  expect(ownFiles(records).read(file)?.toString()).toBe('two');
  expect(readdirSync(join(root, 'cache'))).toEqual(['held']);
});

test.each<readonly [string, () => void]>([
  ['written over with the same', () => writeFileSync(file, 'one')],
  [
    'replaced by a copy',
    () => {
      copyFileSync(file, join(root, 'copy'));
      renameSync(join(root, 'copy'), file);
    },
  ],
  [
    'moved away and back',
    () => {
      renameSync(file, `${file}.away`);
      renameSync(`${file}.away`, file);
    },
  ],
  ['given another mode', () => chmodSync(file, 0o644)],
  ['linked from elsewhere', () => linkSync(file, join(root, 'link'))],
  ['removed', () => rmSync(file)],
])('it is not once it was %s', (_, change) => {
  const own = ownFiles(records);
  own.write(file, 'one');
  change();
  expect(own.read(file)).toBeNull();
});

test('a file that is another one by now is not claimed', () => {
  const own = ownFiles(records);
  own.write(file, 'one');
  writeFileSync(file, 'planted');
  own.claim(file, 1);
  expect(own.read(file)).toBeNull();
});

test('half a record is one of no file', () => {
  const own = ownFiles(records);
  own.write(file, 'one');
  const record = join(records, readdirSync(records)[0] ?? '');
  const text = readFileSync(record, 'utf8');
  for (let length = 0; length < text.length; length += 1) {
    writeFileSync(record, text.slice(0, length));
    expect(own.read(file), String(length)).toBeNull();
  }
});

test('records of files that are gone go with the first of a new one', () => {
  const own = ownFiles(records);
  own.write(file, 'one');
  rmSync(file);
  own.write(join(root, 'other'), 'two');
  expect(readdirSync(records)).toHaveLength(1);
  expect(own.read(join(root, 'other'))?.toString()).toBe('two');
});

test('without a place for records nothing is written and nothing read', () => {
  writeFileSync(join(root, 'state'), '');
  ownFiles(records).write(file, 'one');
  expect(ownFiles(records).read(file)).toBeNull();
  const none = ownFiles(null);
  none.write(join(root, 'other'), 'two');
  expect(existsSync(join(root, 'other'))).toBe(false);
  expect(none.read(file)).toBeNull();
});
