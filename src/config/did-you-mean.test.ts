import { describe, expect, test } from 'vitest';
import { closestName, nameHint } from './did-you-mean.ts';

describe('closestName', () => {
  test.each([
    ['stagin', 'staging'],
    ['PRODUCTION', 'production'],
    ['prod', 'production'],
    ['mian', 'main'],
    ['wbe', 'web'],
    ['staginggg', 'staging'],
  ])('takes %s for %s', (typed, meant) => {
    expect(closestName(typed, ['staging', 'production', 'main', 'web'])).toBe(meant);
  });

  test.each(['x', 'pr', 'nothing-like-it', ''])('takes %j for nothing', (typed) => {
    expect(closestName(typed, ['staging', 'production', 'a'])).toBeNull();
  });

  test('prefers the nearest of several', () => {
    expect(closestName('web2', ['web', 'web1', 'web-2'])).toBe('web');
  });

  test('does not take three changed letters for a swap', () => {
    expect(closestName('abcd', ['badc'])).toBeNull();
    expect(closestName('axcz', ['abcd'])).toBeNull();
  });
});

describe('nameHint', () => {
  test('suggests the near name, else says what there is', () => {
    expect(nameHint('wbe', ['web'], 'apps')).toBe('Did you mean web?');
    expect(nameHint('zzz', ['web', 'api'], 'apps')).toBe('Known apps: web, api.');
    expect(nameHint('zzz', [], 'apps')).toBe('There are no apps.');
  });
});
