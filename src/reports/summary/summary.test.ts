import { describe, expect, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { readMaterials, sumMaterials } from './read-materials.ts';
import { summarizeReports, type MergedReports } from './summarize-reports.ts';

const NOTHING: MergedReports = {
  at: 5,
  commit: null,
  prefix: '',
  checks: [{ name: 'unit', key: 'k' }],
  tests: null,
  flaky: [],
  coverage: null,
  change: { kind: 'unknown', reason: 'no base' },
  findings: null,
  materials: null,
  warnings: [],
};

describe('the summary', () => {
  test('says nothing of what no check reports', () => {
    expect(summarizeReports(NOTHING)).toMatchObject({
      tests: null,
      coverage: null,
      findings: null,
      materials: null,
    });
  });

  test('has the gravest findings first, and counts also those it does not list', () => {
    const finding = (severity: Finding['severity'], at: number): Finding => ({
      id: `${severity}${at}`,
      severity,
      message: 'm',
      hint: null,
      tool: 't',
      place: null,
      package: null,
      url: null,
    });
    const low = Array.from({ length: 300 }, (_, at) => finding('low', at));
    const { findings } = summarizeReports({
      ...NOTHING,
      findings: [...low, finding('critical', 0), finding('high', 0)],
    });
    expect(findings?.bySeverity).toEqual({ critical: 1, high: 1, moderate: 0, low: 300 });
    expect(findings?.list.slice(0, 3).map(({ id }) => id)).toEqual(['critical0', 'high0', 'low0']);
    expect(findings?.list).toHaveLength(200);
  });

  test('says why the change has no coverage of its own, where it has none', () => {
    const coverage = new Map([
      [
        'a.ts',
        {
          lines: new Map([
            [1, 1],
            [2, 0],
          ]),
          branches: new Map(),
          functions: new Map(),
        },
      ],
    ]);
    expect(summarizeReports({ ...NOTHING, coverage }).coverage).toMatchObject({
      percent: 50,
      change: null,
      changeReason: 'no base',
    });
    const change = {
      kind: 'known',
      since: 'main',
      added: new Map([['a.ts', [{ from: 2, to: 2 }]]]),
    } as const;
    expect(summarizeReports({ ...NOTHING, coverage, change }).coverage?.change).toEqual({
      since: 'main',
      percent: 0,
      lines: { covered: 0, total: 1 },
      uncovered: [{ path: 'a.ts', from: 2, to: 2 }],
      uncoveredCount: 1,
      unmeasured: [],
    });
  });
});

describe('bills of materials', () => {
  test('count what is in two of them once, and name its licences', () => {
    const bill = (...components: object[]): string => JSON.stringify({ bomFormat: 'CycloneDX', components });
    const zod = { purl: 'pkg:npm/zod@4.0.0', licenses: [{ license: { id: 'MIT' } }] };
    const first = readMaterials(bill(zod, { name: 'x', licenses: [{ expression: 'MIT OR Apache-2.0' }] }));
    const second = readMaterials(
      bill(zod, { purl: 'pkg:hex/a@1', licenses: [{ license: { name: 'MIT' } }] }, { name: 'y' }),
    );
    expect(sumMaterials([...(first ?? []), ...(second ?? [])])).toEqual({
      components: 4,
      licences: [
        { licence: 'MIT', components: 2 },
        { licence: 'MIT OR Apache-2.0', components: 1 },
        { licence: 'unknown', components: 1 },
      ],
    });
  });

  test.each(['', '{}', '[]', '{"bomFormat":"CycloneDX"', 'null'])('%j is none', (text) => {
    expect(readMaterials(text)).toBeNull();
  });
});
