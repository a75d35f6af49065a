import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolvedCheck } from '../../test/support/projects.ts';
import type { ResolvedCheck } from '../config/resolved.ts';
import { inOrderOfNeeds, selectChecks } from './select-checks.ts';

const gatherly = [
  resolvedCheck('deps', { prepares: true }),
  resolvedCheck('quality', { needs: ['deps'] }),
  resolvedCheck('security', { needs: ['deps'], fast: false }),
  resolvedCheck('test', { needs: ['deps'] }),
  resolvedCheck('build', { needs: ['quality', 'security', 'test'], fast: false, prepares: true }),
  resolvedCheck('export', { needs: ['build'], fast: false, prepares: true }),
];
const atlaris = [
  resolvedCheck('install', { prepares: true }),
  resolvedCheck('lint', { needs: ['install'] }),
  resolvedCheck('types', { needs: ['install'] }),
  resolvedCheck('build', { needs: ['lint', 'types'], fast: false, prepares: true }),
];

function names(all: readonly ResolvedCheck[], only: readonly string[] | null, isFast = false): string[] {
  return selectChecks(all, { only, isFast }).selected.map(({ check }) => check.name);
}

describe('a check alone runs after what prepares files for it', () => {
  test.each([
    [gatherly, 'deps', ['deps']],
    [gatherly, 'quality', ['deps', 'quality']],
    [gatherly, 'test', ['deps', 'test']],
    [gatherly, 'build', ['deps', 'build']],
    [gatherly, 'export', ['deps', 'build', 'export']],
    [atlaris, 'types', ['install', 'types']],
    [atlaris, 'build', ['install', 'build']],
  ] as const)('%#: %s', (all, only, expected) => {
    expect(names(all, [only])).toEqual(expected);
  });
});

test('everything runs once, in an order of needs; fast leaves out what is slow and nobody needs', () => {
  expect(names(gatherly, null)).toEqual(['deps', 'quality', 'security', 'test', 'build', 'export']);
  expect(names(gatherly, null, true)).toEqual(['deps', 'quality', 'test']);
  const slowInstall = [resolvedCheck('install', { fast: false, prepares: true }), ...atlaris.slice(1)];
  expect(names(slowInstall, null, true)).toEqual(['install', 'lint', 'types']);
});

test('what is named is wanted also where it is slow, and says whom it prepares for', () => {
  const { selected, leftOut } = selectChecks(gatherly, { only: ['build'], isFast: true });
  expect(selected.map(({ check, preparesFor }) => [check.name, preparesFor])).toEqual([
    ['deps', ['build']],
    ['build', []],
  ]);
  expect(leftOut).toEqual(
    ['quality', 'security', 'test', 'export'].map((name) => ({
      name,
      reason: 'not selected (--only)',
    })),
  );
});

test('it begins after what prepares for it, also where only a need that is left out waits for that', () => {
  const { selected } = selectChecks(gatherly, { only: ['build'], isFast: false });
  expect(selected.map(({ check, after }) => [check.name, after])).toEqual([
    ['deps', []],
    ['build', ['deps']],
  ]);
});

test('a name that does not exist is CHECK_UNKNOWN, with the one that was meant', () => {
  expect(() => names(gatherly, ['tset'])).toThrow(
    expect.objectContaining({ code: 'CHECK_UNKNOWN', hint: expect.stringContaining('test') as unknown }),
  );
  expect(() => names([], ['test'])).toThrow(
    expect.objectContaining({ code: 'CHECK_UNKNOWN', hint: expect.stringContaining('ci.checks') as unknown }),
  );
});

const graphs = fc
  .array(fc.record({ needs: fc.array(fc.nat(20), { maxLength: 4 }), prepares: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((drawn) =>
    drawn.map(({ needs, prepares }, index) =>
      // Only to smaller numbers, so that there is no circle; written in the opposite order.
      resolvedCheck(`c${index}`, {
        needs: [...new Set(needs.filter((need) => need < index).map((need) => `c${need}`))],
        prepares,
      }),
    ),
  )
  .map((checks) => checks.toReversed());

test('in every graph each check stands after its needs, and none is lost', () => {
  fc.assert(
    fc.property(graphs, (all) => {
      const ordered = inOrderOfNeeds(all).map(({ name }) => name);
      expect(ordered.toSorted()).toEqual(all.map(({ name }) => name).toSorted());
      for (const { name, needs } of all)
        for (const need of needs) expect(ordered.indexOf(need)).toBeLessThan(ordered.indexOf(name));
    }),
  );
});

test('what a check alone runs is itself and only what prepares', () => {
  fc.assert(
    fc.property(graphs, fc.nat(), (all, at) => {
      const asked = all[at % all.length]?.name ?? '';
      const { selected } = selectChecks(all, { only: [asked], isFast: false });
      expect(selected.at(-1)?.check.name).toBe(asked);
      for (const { check } of selected) expect(check.name === asked || check.prepares).toBe(true);
    }),
  );
});
