import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../util/json.ts';
import type { Scope } from '../model/run-context.ts';
import { condition } from './condition.ts';
import { ExpressionError, evaluate, evaluateText } from './evaluate.ts';
import type { ExpressionKeyName } from './expression-keys.ts';

const SCOPE: Scope = {
  contexts: {
    github: { ref: 'refs/heads/main', event: { number: 7, labels: [{ name: 'a' }, { name: 'b' }] } },
    inputs: { dry: true, count: 3 },
    env: { HOME: '/h' },
  },
};
const source = (value: Json): { value: Json; line: number; column: number } => ({
  value,
  line: 3,
  column: 9,
});
const value = (text: Json, key: ExpressionKeyName = 'step', scope: Scope = SCOPE): Json =>
  evaluate(source(text), key, scope);
const runs = (
  text: string | undefined,
  status = { success: true, failure: false, cancelled: false },
): boolean =>
  condition(text === undefined ? undefined : { value: text, line: 1, column: 1 }, 'step-if', {
    ...SCOPE,
    status,
  });

describe('evaluate', () => {
  test('keeps the type of a text that is one expression', () => {
    expect(value('${{ inputs.dry }}')).toBe(true);
    expect(value('${{ inputs.count }}')).toBe(3);
    expect(value('${{ github.event }}')).toEqual({ number: 7, labels: [{ name: 'a' }, { name: 'b' }] });
    expect(value('${{ github.nothing }}')).toBeNull();
  });

  test('makes text where text stands around it', () => {
    expect(value('v${{ inputs.count }}-${{ inputs.dry }}${{ github.nothing }}')).toBe('v3-true');
    expect(value('${{ github.event }}!')).toBe('Object!');
  });

  test('evaluates inside of lists and mappings', () => {
    expect(value({ os: ['${{ inputs.count }}', 'x'] })).toEqual({ os: [3, 'x'] });
  });

  test.each([
    ["'a' == 'A'", true],
    ["'1' == 1", true],
    ['null == 0', true],
    ["true == '1'", true],
    ["'abc' > 'ABB'", true],
    ["'x' == 0", false],
    ["contains('main-2', 'MAIN')", true],
    ["contains(github.event.labels.*.name, 'b')", true],
    ["startsWith(github.ref, 'refs/heads/')", true],
    ["endsWith(github.ref, 'IN')", true],
    ["join(github.event.labels.*.name, '+')", 'a+b'],
    ["format('{0} {{x}} {1}', 1, 'two')", '1 {x} two'],
    ["fromJSON('[1,2]')[1]", 2],
    ["case(inputs.count == 1, 'one', inputs.count == 3, 'three', 'many')", 'three'],
    ["inputs.none && '' || 'b'", 'b'],
    ['toJSON(fromJSON(\'{"a":1}\'))', '{\n  "a": 1\n}'],
    ["'it''s }}'", "it's }}"],
    ['!inputs.dry', false],
    ['-0x10 + 0', null],
  ])('%s', (expression, expected) => {
    if (expected === null) expect(() => value(`\${{ ${expression} }}`)).toThrow(ExpressionError);
    else expect(value(`\${{ ${expression} }}`)).toEqual(expected);
  });

  test('writes a value as text as an expression does', () => {
    expect(evaluateText(source(12), 'step', SCOPE)).toBe('12');
    expect(evaluateText(source(null), 'step', SCOPE)).toBe('');
    expect(evaluateText(source("${{ 'a' < 1 }}"), 'step', SCOPE)).toBe('false');
  });

  test.each([
    ['${{ secrets.X }}', 'job-if', "Unrecognized named-value: 'secrets'"],
    ['${{ env.X }}', 'job-if', "Unrecognized named-value: 'env'"],
    ['${{ matrix.os }}', 'strategy', "Unrecognized named-value: 'matrix'"],
    ["${{ hashFiles('x') }}", 'job-env', "Unrecognized function: 'hashFiles'"],
    ['${{ success() }}', 'step', "Unrecognized function: 'success'"],
    ['${{ nothing.x }}', 'step', "Unrecognized named-value: 'nothing'"],
    ['${{ github. }}', 'step', 'Unexpected'],
    ['${{ }}', 'step', 'An expression was expected'],
    ['${{ github.ref', 'step', 'not closed'],
    ["${{ format('{1}', 1) }}", 'step', 'references more arguments'],
  ] as const)('refuses %s in %s', (text, key, message) => {
    expect(() => value(text, key)).toThrow(message);
  });

  test('gives hashFiles its patterns, and says where it does not work', () => {
    const hashFiles = (patterns: readonly string[]): string => patterns.join('|');
    expect(value("${{ hashFiles('a', 'b') }}", 'step', { ...SCOPE, hashFiles })).toBe('a|b');
    expect(() => value("${{ hashFiles('a') }}")).toThrow('only in the steps');
  });

  test('tells the place of the value in the file', () => {
    expect(() => value('${{ fromJSON(github.ref) }}')).toThrow(
      expect.objectContaining({ at: expect.objectContaining({ line: 3, column: 9 }) as object }) as object,
    );
  });
});

describe('condition', () => {
  const failed = { success: false, failure: true, cancelled: false };

  test('is success() where nothing is written', () => {
    expect([runs(undefined), runs(undefined, failed), runs('', failed)]).toEqual([true, false, false]);
  });

  test('adds success() to one without a status function, bare or fenced', () => {
    expect([runs('inputs.dry'), runs('inputs.dry', failed), runs('${{ inputs.dry }}', failed)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('leaves one with a status function alone, wherever it stands', () => {
    expect(runs('inputs.dry && failure()', failed)).toBe(true);
    expect(runs('always()', failed)).toBe(true);
    expect(runs('!cancelled() && inputs.dry', failed)).toBe(true);
    expect(runs("'always()' != ''", failed)).toBe(false);
  });

  test('takes text outside of the fences as true, a line break too', () => {
    expect(runs('${{ false }}')).toBe(false);
    expect(runs('${{ false }}\n')).toBe(true);
    expect(runs("${{ github.ref == 'x' }} && true")).toBe(true);
    expect(runs('${{ false }}\n', failed)).toBe(false);
  });

  test('takes a bare one over several lines as it is meant', () => {
    expect(runs("github.ref == 'x'\n  || false\n")).toBe(false);
  });
});
