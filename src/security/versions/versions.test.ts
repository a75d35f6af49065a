import fc from 'fast-check';
import { compare as compareSemver } from 'semver';
import { describe, expect, test } from 'vitest';
import { compareApk } from './apk-version.ts';
import { orderOf } from './compare-versions.ts';
import { compareDpkg } from './dpkg-version.ts';
import { compareElixir } from './elixir-version.ts';
import { compareNpm, isInNpmRange } from './npm-version.ts';

const sign = (order: number): string => (order === 0 ? '=' : order < 0 ? '<' : '>');

describe('versions of Alpine', () => {
  // One of each rule of apk-package(5), in the order that apk-tools gives them: with its own 738 pairs (test/unit/version.data)
  // `compareApk` agrees in each.
  test.each([
    '2.34 > 0.1.0_alpha',
    '0.1.0_alpha = 0.1.0_alpha',
    '0.1.0_alpha < 0.1.3_alpha',
    '1.0.4 < 1.0.5',
    '1.0 < 1.0.1',
    '1.0 < 1.0a',
    '1.0a < 1.0b',
    '1.0a < 1.0.1',
    '1.0_alpha < 1.0_beta',
    '1.0_beta < 1.0_pre',
    '1.0_pre1 < 1.0_pre2',
    '1.0_pre < 1.0_rc',
    '1.0_rc1 < 1.0',
    '1.0 < 1.0_git20200101',
    '1.0_git1 < 1.0_p1',
    '1.0_p1 < 1.0_p2',
    '1.0_p9 < 1.0_p10',
    '1.0-r0 > 1.0',
    '1.0-r2 < 1.0-r10',
    '1.0_rc1-r5 < 1.0-r0',
    '1.05 < 1.1',
    '1.10 > 1.9',
    '0.12.0 > 0.9.0',
    '1.2.12-r1 < 1.2.12-r2',
    '3.1.4-r5 < 3.1.5-r0',
    '1.0_alpha_p1 > 1.0_alpha',
  ])('%s', (line) => {
    const [one = '', order = '', other = ''] = line.split(' ');
    expect(sign(compareApk(one, other))).toBe(order);
    expect(sign(compareApk(other, one))).toBe({ '<': '>', '>': '<' }[order] ?? order);
  });
});

describe('versions of Debian', () => {
  test.each([
    '1.0~rc1 < 1.0',
    '1:0.1 > 9.9',
    '1.0-1 < 1.0-1+deb12u1',
    '1.0-1 < 1.0-2',
    '2.9 < 2.10',
    '1.0a < 1.0+',
    '1.0 = 1.0-0',
    '0~~ < 0~',
  ])('%s', (line) => {
    const [one = '', order = '', other = ''] = line.split(' ');
    expect(sign(compareDpkg(one, other))).toBe(order);
  });
});

test('the order of Elixir is that of semantic versions', () => {
  const number = fc.nat({ max: 12 });
  const part = fc.oneof(number.map(String), fc.stringMatching(/^[a-z][a-z0-9-]{0,3}$/));
  const version = fc
    .tuple(number, number, number, fc.array(part, { maxLength: 3 }))
    .map(
      ([major, minor, patch, pre]) =>
        `${major}.${minor}.${patch}${pre.length === 0 ? '' : `-${pre.join('.')}`}`,
    );
  fc.assert(
    fc.property(version, version, (one, other) => {
      expect(sign(compareElixir(one, other))).toBe(sign(compareSemver(one, other)));
    }),
  );
});

test('what is no version is before all that are, and equal to its like', () => {
  for (const compare of [compareElixir, compareNpm]) {
    expect(compare('not one', '0.0.1')).toBeLessThan(0);
    expect(compare('0.0.1', 'not one')).toBeGreaterThan(0);
    expect(compare('a', 'b')).toBe(0);
  }
});

test('a release before a release has the faults of its range', () => {
  expect(isInNpmRange('2.0.0-beta.1', '<2.0.0')).toBe(true);
  expect(isInNpmRange('2.0.0', '<2.0.0')).toBe(false);
});

test('an ecosystem is known with and without its release, and another is not', () => {
  expect(orderOf('Debian:12')).toBe(compareDpkg);
  expect(orderOf('Alpine:v3.22')).toBe(compareApk);
  expect(orderOf('PyPI')).toBeNull();
});
