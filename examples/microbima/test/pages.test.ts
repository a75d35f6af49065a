import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorPage, policiesPage } from '../src/pages.ts';
import type { Policy } from '../src/policy-store.ts';

const policy: Policy = {
  number: 'MB-23456789',
  product: 'last-expense',
  productTitle: 'Last expense',
  lives: 3,
  months: 12,
  premiumCents: 148_500,
  status: 'active',
  memberId: 1,
  memberName: '<script>alert(1)</script>',
  memberPhone: '+254711000111',
  createdAt: '2026-11-20T08:00:00.000Z',
};

test('what a customer wrote is shown and never run', () => {
  const page = policiesPage([policy], { search: '"><b>', status: 'active' });
  assert.match(page, /&lt;script&gt;alert/);
  assert.match(page, /value="&quot;&gt;&lt;b&gt;"/);
  assert.doesNotMatch(page, /<script>/);
});

test('only the premium of active policies is added up', () => {
  const page = policiesPage([policy, { ...policy, status: 'lapsed' }], { search: '', status: '' });
  assert.match(page, /<strong>KSh 1,485\.00<\/strong>/);
  assert.match(page, /<strong>2<\/strong><span>policies shown/);
});

test('a search in vain says so', () => {
  assert.match(policiesPage([], { search: 'x', status: '' }), /No policy fits/);
  assert.match(errorPage(404, 'There is no policy MB-X.'), /There is no policy MB-X\./);
});
