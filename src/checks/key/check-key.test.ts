import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolvedCheck } from '../../../test/support/projects.ts';
import { checkKey } from './check-key.ts';
import { explainKey } from './explain-key.ts';
import type { KeyParts } from './key-parts.ts';
import { keyParts } from './parts-of-check.ts';

const word = fc.constantFrom('a', 'b', 'c', '__proto__', '10', '9', 'ä');
const values = fc.dictionary(word, word);
const list = fc.array(word, { maxLength: 3 });
const parts: fc.Arbitrary<KeyParts> = fc.record({
  check: word,
  command: word,
  directory: word,
  place: word,
  outputs: list,
  leaves: list,
  services: list,
  env: fc.dictionary(word, fc.option(word)),
  tools: values,
  inputs: values,
  needs: values,
});

test('two keys are equal exactly where nothing explains a difference', () => {
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      expect(explainKey(one, one)).toEqual([]);
      expect(checkKey(one) === checkKey(other)).toBe(explainKey(one, other).length === 0);
    }),
    { numRuns: 500 },
  );
});

test('every part of a key changes it, and is named', () => {
  fc.assert(
    fc.property(parts, fc.constantFrom(...PARTS), (one, part) => {
      const before = one[part];
      const changed =
        typeof before === 'string'
          ? `${before}x`
          : Array.isArray(before)
            ? [...(before as string[]), 'new']
            : { ...(before as Record<string, string>), new: 'x' };
      const other = { ...one, [part]: changed } as KeyParts;
      expect(checkKey(other)).not.toBe(checkKey(one));
      expect(explainKey(one, other)).toHaveLength(1);
    }),
  );
});

const PARTS = [
  'check',
  'command',
  'directory',
  'place',
  'outputs',
  'leaves',
  'services',
  'env',
  'tools',
  'inputs',
  'needs',
] as const satisfies readonly (keyof KeyParts)[];

test('the order in which files, variables and outputs are named is of no matter', () => {
  fc.assert(
    fc.property(parts, (one) => {
      const other = {
        ...one,
        inputs: Object.fromEntries(Object.entries(one.inputs).toReversed()),
        env: Object.fromEntries(Object.entries(one.env).toReversed()),
        outputs: one.outputs.toReversed(),
      };
      expect(checkKey(other)).toBe(checkKey(one));
    }),
  );
});

test('a variable is in the parts as a digest, and one that is not set differs from an empty one', () => {
  const check = resolvedCheck('one', { env: ['TOKEN', 'UNSET', 'EMPTY'], inputs: ['**'] });
  const env: Record<string, string> = { TOKEN: 'hunter2', EMPTY: '' };
  const found = keyParts({
    check,
    checks: [check],
    tree: { files: new Map() },
    variable: (name) => env[name],
    tools: {},
    needs: {},
    place: 'host linux x64',
  });
  expect(JSON.stringify(found)).not.toContain('hunter2');
  expect(found.env).toEqual({
    TOKEN: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    UNSET: null,
    EMPTY: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
  });
});

test('a report that is asked for newly makes another key, as does the network of a container', () => {
  const sources = {
    tree: { files: new Map() },
    variable: () => undefined,
    tools: {},
    needs: {},
    place: 'container sha256:1',
  };
  const keyOf = (settings: Parameters<typeof resolvedCheck>[1]): string => {
    const check = resolvedCheck('one', settings);
    return checkKey(keyParts({ ...sources, check, checks: [check] }));
  };
  const reports = { junit: ['junit.xml'], coverage: [], sarif: [], sbom: [] };
  expect(keyOf({ reports })).not.toBe(keyOf({}));
  expect(keyOf({ where: 'container', network: true })).not.toBe(keyOf({ where: 'container' }));
  expect(keyOf({ weight: 2, retries: 3, timeoutMs: 1, fast: false })).toBe(keyOf({}));
});
