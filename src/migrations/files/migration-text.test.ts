import { describe, expect, test } from 'vitest';
import { migrationText } from './migration-text.ts';

describe('the way back', () => {
  test.each([
    [
      '-- migrate:up\nSELECT 1;\n-- migrate:down\nDROP TABLE a;\n',
      '-- migrate:up\nSELECT 1;\n-- migrate:down\n             \n',
    ],
    [
      '-- +goose Up\nSELECT 1;\n\n-- +goose Down\r\nDROP\r\n',
      '-- +goose Up\nSELECT 1;\n\n-- +goose Down\r\n    \r\n',
    ],
    ['-- Up Migration\nSELECT 1;\n-- Down Migration\nX', '-- Up Migration\nSELECT 1;\n-- Down Migration\n '],
    ['-- +migrate Down\nX\n-- +migrate Up\nY', '-- +migrate Down\n \n-- +migrate Up\nY'],
    ['-- scale down the fleet\nSELECT 1;', '-- scale down the fleet\nSELECT 1;'],
  ])('of %j is not run, and nothing else changes its place', (text, run) => {
    expect(migrationText(text, 'sql').text).toBe(run);
    expect(run).toHaveLength(text.length);
  });
});

describe('a file says itself that it runs outside a transaction', () => {
  test.each([
    '-- migrate:up transaction:false\nSELECT 1;',
    '-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;',
    '-- +migrate Up notransaction\nSELECT 1;',
    '-- atlas:txmode none\n\nSELECT 1;',
    '-- no-transaction\nSELECT 1;',
  ])('%j', (text) => {
    expect(migrationText(text, 'sql').inTransaction).toBe(false);
  });

  test('or nothing of the kind', () => {
    expect(migrationText('-- migrate:up\nSELECT 1;', 'sql').inTransaction).toBeNull();
  });
});

test('Prisma runs a single statement by itself, and several in one transaction', () => {
  expect(migrationText('-- one; two\nCREATE INDEX CONCURRENTLY a ON b (c);\n', 'prisma').inTransaction).toBe(
    false,
  );
  expect(migrationText('SELECT 1;\nSELECT 2;\n', 'prisma').inTransaction).toBeNull();
  expect(migrationText('SELECT 1;', 'drizzle').inTransaction).toBeNull();
});
