import { expect, test } from 'vitest';
import { annotation, groupStart } from './annotations.ts';

test('an annotation names its place, and nothing in it can end it early', () => {
  expect(annotation('error', { title: 'Check a, b', file: 'src/a.ts', line: 3 }, '100 %\nfailed: now')).toBe(
    '::error file=src/a.ts,line=3,title=Check a%2C b::100 %25%0Afailed: now\n',
  );
  expect(annotation('warning', { title: 'T' }, '::stop')).toBe('::warning title=T::::stop\n');
});

test('a group has its title on one line', () => {
  expect(groupStart('a\r\nb')).toBe('::group::a%0D%0Ab\n');
});
