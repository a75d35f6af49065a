import { describe, expect, test } from 'vitest';
import { findMigrationFiles } from '../../files/find-migration-files.ts';
import { lintFileHistory } from './lint-file-history.ts';

const filesOf = (...names: string[]) =>
  findMigrationFiles(
    names.map((name) => `migrations/${name}`),
    [],
  );
const found = (now: string[], before?: string[], edited: string[] = []): string[] =>
  lintFileHistory(
    filesOf(...now),
    before === undefined
      ? null
      : {
          name: 'main',
          files: filesOf(...before),
          edited: new Set(edited.map((name) => `migrations/${name}`)),
        },
  ).map(({ rule, file, message }) => `${rule} ${file?.replace('migrations/', '')}: ${message}`);

test('files with versions of their own, in order, are left alone', () => {
  expect(found(['1_a.sql', '2_b.sql', '10_c.sql'], ['1_a.sql', '2_b.sql'])).toEqual([]);
});

describe('versions', () => {
  test('that are taken twice are found, however they are written', () => {
    expect(found(['1_a.sql', '01_b.sql', '2_c.sql'])).toEqual([
      'migration-version-taken 1_a.sql: 1_a.sql has the version of 01_b.sql: which of them runs first, and whether both do, is left to chance.',
    ]);
    expect(found(['db/migration/V1.0__a.sql', 'db/migration/V1__b.sql'])).toHaveLength(1);
    expect(found(['1_a.up.sql', '1_a.down.sql'])).toEqual([]);
  });

  test('that were taken twice before are left alone, and the new one of a pair is the one to change', () => {
    expect(found(['1_a.sql', '1_b.sql'], ['1_a.sql', '1_b.sql'])).toEqual([]);
    expect(found(['1_a.sql', '1_b.sql'], ['1_b.sql'])[0]).toMatch(/^migration-version-taken 1_a.sql/);
  });

  test('that are missing are found where the others have some', () => {
    expect(found(['1_a.sql', 'fix.sql'])).toEqual([
      'migration-name fix.sql: fix.sql has no version in front, as the others beside it have.',
    ]);
    expect(found(['fix.sql', 'more.sql'])).toEqual([]);
  });
});

describe('against a commit', () => {
  test('what was put in between, edited or taken away is found', () => {
    expect(
      found(['1_a.sql', '2_new.sql', '3_b.sql'], ['1_a.sql', '3_b.sql', '0_gone.sql'], ['1_a.sql']),
    ).toEqual([
      'migration-out-of-order 2_new.sql: 2_new.sql is new and comes before 3_b.sql, which main has already.',
      'migration-edited 1_a.sql: 1_a.sql is another one than in main: where it ran already, the change never arrives.',
      'migration-removed 0_gone.sql: 0_gone.sql is in main and not here any more: a new database will lack what it does.',
    ]);
  });

  test('the folders of two databases do not disturb each other', () => {
    expect(found(['a/1_x.sql', 'b/1_x.sql', 'b/2_y.sql'], ['a/1_x.sql', 'b/2_y.sql'])).toEqual([
      'migration-out-of-order b/1_x.sql: 1_x.sql is new and comes before 2_y.sql, which main has already.',
    ]);
  });
});
