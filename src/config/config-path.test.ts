import { describe, expect, test } from 'vitest';
import { entriesOf, pathText, valueAt } from './config-path.ts';

describe('a path in the config', () => {
  test('is written as it would be in JavaScript', () => {
    expect(pathText([])).toBe('');
    expect(pathText(['environments', 'production', 'gates', 0])).toBe('environments.production.gates[0]');
    expect(pathText(['apps', 'web-admin', 'env'])).toBe('apps["web-admin"].env');
  });

  test('leads to a value, or nowhere', () => {
    const config = { list: [{ a: 1 }], text: 'x' };
    expect(valueAt(config, ['list', 0, 'a'])).toBe(1);
    expect(valueAt(config, ['list', 3, 'a'])).toBeUndefined();
    expect(valueAt(config, ['text', 'length'])).toBeUndefined();
    expect(valueAt(config, ['toString'])).toBeUndefined();
  });

  test('only objects have entries', () => {
    expect(entriesOf({ a: 1 })).toEqual([['a', 1]]);
    expect([[], null, 'x', 3, undefined].flatMap(entriesOf)).toEqual([]);
  });
});
