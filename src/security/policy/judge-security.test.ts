import { describe, expect, test } from 'vitest';
import type { ResolvedException } from '../../config/resolved-ci.ts';
import type { Finding } from '../../reports/finding.ts';
import { judgeSecurity } from './judge-security.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const finding = (more: Partial<Finding> = {}): Finding => ({
  id: 'GHSA-1',
  aliases: ['CVE-2026-1'],
  severity: 'high',
  message: 'It is bad.',
  hint: null,
  tool: 'advisories',
  place: { path: 'apps/web/package-lock.json', line: null },
  package: '@scope/qs@6.9.0',
  url: null,
  ...more,
});
const exception = (more: Partial<ResolvedException> = {}): ResolvedException => ({
  id: 'GHSA-1',
  in: null,
  reason: 'so',
  expiresAt: NOW + 1,
  ...more,
});
const judge = (findings: Finding[], exceptions: ResolvedException[] = []): ReturnType<typeof judgeSecurity> =>
  judgeSecurity(findings, { failOn: 'high', exceptions }, NOW);

describe('a policy', () => {
  test('refuses from its severity on, the worst first', () => {
    const { refused, tolerated } = judge([
      finding({ severity: 'low' }),
      finding(),
      finding({ id: 'GHSA-2', severity: 'critical' }),
      finding({ severity: 'moderate' }),
    ]);
    expect(refused.map(({ severity }) => severity)).toEqual(['critical', 'high']);
    expect(tolerated.map(({ severity }) => severity)).toEqual(['moderate', 'low']);
  });

  test.each([
    ['its id', exception()],
    ['an alias, whatever its case', exception({ id: 'cve-2026-1' })],
    ['its package', exception({ in: '@scope/qs' })],
    ['its package with the version', exception({ in: '@scope/qs@6.9.0' })],
    ['its file', exception({ in: 'apps/web/package-lock.json' })],
    ['a directory above its file', exception({ in: 'apps/' })],
  ])('puts up with a finding that is excepted by %s', (_words, each) => {
    const { refused, excepted, unused } = judge([finding()], [each]);
    expect([refused.length, excepted.length, unused.length]).toEqual([0, 1, 0]);
  });

  test.each([
    ['another id', exception({ id: 'GHSA-2' })],
    ['another package', exception({ in: '@scope/q' })],
    ['a part of a path', exception({ in: 'apps' })],
  ])('is not kept from it by an exception for %s, which is unused', (_words, each) => {
    const { refused, unused } = judge([finding()], [each]);
    expect([refused.length, unused.length]).toEqual([1, 1]);
  });

  test('counts a finding again from the moment its exception ends', () => {
    const { refused, expired, unused } = judge([finding()], [exception({ expiresAt: NOW })]);
    expect(refused.length).toBe(1);
    expect(expired.map(({ findings }) => findings.length)).toEqual([1]);
    expect(unused).toEqual([]);
    expect(judge([], [exception({ expiresAt: NOW })])).toMatchObject({
      expired: [],
      unused: [{ id: 'GHSA-1' }],
    });
  });

  test('takes a moment that is none for one that has passed', () => {
    expect(judge([finding()], [exception({ expiresAt: Number.NaN })]).refused.length).toBe(1);
  });
});
