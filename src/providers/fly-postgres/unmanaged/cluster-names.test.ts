import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testDatabase } from '../../../../test/support/test-database.ts';
import { branchAppName, sqlNameOf } from './cluster-names.ts';

const named = (platformName: string): string => sqlNameOf(testDatabase({ platformName }));
const branchOf = (platformName: string, branch: string): string =>
  branchAppName(testDatabase({ platformName }), branch);

test.each([
  ['shop-staging-db', 'shop_staging'],
  ['reify-pr-42-db', 'reify_pr_42'],
  ['42-db', 'db_42'],
  ['postgres', 'app_postgres'],
  ['pg-main-db', 'app_pg_main'],
])('the login of %s is %s', (app, login) => {
  expect(named(app)).toBe(login);
});

test('a name of any app is one that Postgres takes unquoted, and long ones stay apart', () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), (app) => /^[a-z][a-z0-9_]{0,62}$/.test(named(app))));
  expect(named(`${'a'.repeat(80)}1`)).not.toBe(named(`${'a'.repeat(80)}2`));
});

test('a branch is an app with the name of its database before its own, in what Fly takes', () => {
  expect(branchOf('shop-db', 'Probe/Run 1')).toBe('shop-db-probe-run-1');
  expect(branchOf('shop-db', 'x'.repeat(80))).toHaveLength(63);
});
