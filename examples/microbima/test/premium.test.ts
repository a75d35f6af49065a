import assert from 'node:assert/strict';
import { test } from 'node:test';
import { premiumCents, shillings } from '../src/premium.ts';

test('a premium is the rate for every life and month', () => {
  assert.equal(premiumCents(9900, { lives: 2, months: 6 }), 118_800);
});

test('one month of each full year is free', () => {
  assert.equal(premiumCents(100, { lives: 1, months: 11 }), 1100);
  assert.equal(premiumCents(100, { lives: 1, months: 12 }), 1100);
  assert.equal(premiumCents(100, { lives: 1, months: 24 }), 2200);
});

test('a family pays nine tenths, in whole cents', () => {
  assert.equal(premiumCents(15_000, { lives: 4, months: 1 }), 54_000);
  assert.equal(premiumCents(3, { lives: 5, months: 1 }), 14);
});

test('money is shown in shillings', () => {
  assert.equal(shillings(123_450), 'KSh 1,234.50');
});
