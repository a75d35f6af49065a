import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../util/clock.ts';
import { Organizations, TokenTakenError } from './organizations.ts';

const ADMIN = 'the-token-of-the-cloud';
let stateDir: string;
let now = 1_000;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'glidepath-orgs-'));
  now = 1_000;
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

function open(): Organizations {
  return new Organizations({ stateDir, adminToken: ADMIN, clock: { ...systemClock, now: () => now } });
}

test('An organization keeps its token and its number over a restart, in a file of its user alone', () => {
  const first = open();
  const token = first.organizationToken('acme');
  expect(first.organizationToken('acme')).toBe(token);
  expect(first.organizationToken('other')).not.toBe(token);
  const second = open();
  expect(second.organizationToken('acme')).toBe(token);
  expect(second.named('other')).toEqual({ slug: 'other', name: 'other', number: 2 });
  expect(second.grantOf(token)).toMatchObject({ org: 'acme', app: null, isReadOnly: false });
  expect(second.grantOf(ADMIN)).toMatchObject({ org: null });
  expect(second.grantOf('unknown')).toBeNull();
  expect(statSync(join(stateDir, 'organizations.json')).mode & 0o077).toBe(0);
});

test('A token that is given stands beside those there are, and never changes hands', () => {
  const book = open();
  const made = book.organizationToken('acme');
  expect(book.organizationToken('acme', { token: 'given-from-outside' })).toBe('given-from-outside');
  expect(book.organizationToken('acme', { token: 'given-from-outside' })).toBe('given-from-outside');
  expect(book.organizationToken('acme')).toBe(made);
  expect(() => book.organizationToken('other', { token: 'given-from-outside' })).toThrow(TokenTakenError);
  expect(() => book.organizationToken('acme', { token: 'given-from-outside', isReadOnly: true })).toThrow(
    TokenTakenError,
  );
  expect(() => book.organizationToken('acme', { token: ADMIN })).toThrow(TokenTakenError);
});

test('A deploy token ends with its time and with its app', () => {
  const book = open();
  const app = { name: 'shop', orgSlug: 'acme' };
  const [brief, endless] = [book.deployToken(app, 2_000), book.deployToken(app, null)];
  expect(book.grantOf(brief)).toMatchObject({ org: 'acme', app: 'shop' });
  now = 2_000;
  expect(book.grantOf(brief)).toBeNull();
  expect(book.grantOf(endless)).not.toBeNull();
  book.forgetApp('shop');
  expect(book.grantOf(endless)).toBeNull();
});
