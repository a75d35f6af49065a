import { describe, expect, test } from 'vitest';
import { FEATURE_ROWS } from '../support/conformance/feature-rows.ts';
import { FILE_ROWS } from '../support/conformance/file-rows.ts';
import { MISTAKE_ROWS } from '../support/conformance/mistake-rows.ts';
import { renderConformance } from '../support/conformance/render-conformance.ts';
import { RUN_ROWS } from '../support/conformance/run-rows.ts';
import { TRIGGER_ROWS } from '../support/conformance/trigger-rows.ts';

const ROWS = [...TRIGGER_ROWS, ...RUN_ROWS, ...FEATURE_ROWS, ...FILE_ROWS, ...MISTAKE_ROWS];

describe('the local GitHub does what GitHub does', () => {
  test.each(ROWS.map((row, at) => [at, row.given, row.when, row] as const))(
    '%i: %s, when %s',
    (...[, , , row]) => {
      expect(row.actual().does).toBe(row.expected);
    },
  );

  test('in more than 120 cases, each of them different, each with its source', () => {
    expect(ROWS.length).toBeGreaterThan(120);
    expect(ROWS.filter(({ source }) => source === '')).toEqual([]);
    const cases = ROWS.map(({ topic, given, when, expected }) => [topic, given, when, expected].join(' | '));
    expect(cases.filter((one, at) => cases.indexOf(one) !== at)).toEqual([]);
  });

  test('and docs/reference/actions-conformance.md says so', async () => {
    await expect(renderConformance(ROWS)).toMatchFileSnapshot('../../docs/reference/actions-conformance.md');
  });
});
