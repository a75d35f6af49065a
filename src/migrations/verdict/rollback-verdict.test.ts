import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rollbackVerdict, worstVerdict, type TrialCell, type Verdict } from './rollback-verdict.ts';
import type { SchemaChange } from './schema-change.ts';

const CELL = fc.record({
  code: fc.constantFrom<TrialCell['code'][]>('old', 'new'),
  schema: fc.constantFrom<TrialCell['schema'][]>('old', 'new'),
  result: fc.constantFrom<TrialCell['result'][]>('passed', 'failed', 'not-tried'),
  app: fc.constant(null),
  failed: fc.constant(null),
  message: fc.constant('It did.'),
  output: fc.constant([]),
});
const CELLS = fc.uniqueArray(CELL, { selector: ({ code, schema }) => `${code} ${schema}` });
const CHANGES = fc.array(
  fc.record({
    limit: fc.constantFrom<SchemaChange['limit'][]>('safe', 'code-only', 'gone', 'forward-only'),
    what: fc.constant('x'),
    reason: fc.constant('x is not what it was.'),
    statement: fc.constant(1),
  }),
);

test('safe is only what was tried and only adds; code only is only what was tried; whatever is said has a reason', () => {
  fc.assert(
    fc.property(CELLS, CHANGES, fc.boolean(), (cells, changes, hasSmoke) => {
      const { verdict, reasons } = rollbackVerdict({ cells, changes, hasChanged: true, hasSmoke });
      const isShown = cells.some(
        ({ code, schema, result }) => code === 'old' && schema === 'new' && result === 'passed',
      );
      expect(reasons.length).toBeGreaterThan(0);
      if (verdict === 'safe')
        expect([isShown, changes.every(({ limit }) => limit === 'safe')]).toEqual([true, true]);
      if (verdict === 'code-only') {
        expect([isShown, changes.some(({ limit }) => limit === 'forward-only')]).toEqual([true, false]);
        // Nothing but a health check shows that nobody uses what is gone.
        expect(hasSmoke || changes.every(({ limit }) => limit !== 'gone')).toBe(true);
      }
    }),
  );
});

test('a release that does not pass on its own schema either is no proof of anything', () => {
  const cell = {
    app: null,
    failed: 'smoke',
    message: 'It failed.',
    output: [],
    code: 'old',
    result: 'failed',
  } as const;
  const cells = [{ ...cell, schema: 'old' } as const, { ...cell, schema: 'new' } as const];
  const judged = rollbackVerdict({ cells, changes: [], hasChanged: true, hasSmoke: true });
  expect(judged.verdict).toBe('unknown');
  expect(judged.reasons[0]).toContain('nothing can be concluded');
});

test('of several databases the worst counts, and what is not known is worse than code only', () => {
  const all: Verdict[] = ['safe', 'code-only', 'unknown', 'forward-only'];
  for (const [index, verdict] of all.entries()) expect(worstVerdict(all.slice(0, index + 1))).toBe(verdict);
  expect(worstVerdict([])).toBeNull();
});
