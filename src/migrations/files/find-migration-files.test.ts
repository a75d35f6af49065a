import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findMigrationFiles } from './find-migration-files.ts';
import { matchesFilePattern } from './matches-file-pattern.ts';

const found = (paths: readonly string[], patterns: readonly string[] = [], texts = {}): readonly string[] =>
  findMigrationFiles(paths, patterns, texts).map((file) => file.path);

describe('without patterns, the places that tools use', () => {
  test.each([
    ['prisma', 'prisma/migrations/20240101_init/migration.sql', true],
    ['prisma', 'packages/db/prisma/migrations/20240101_init/migration.sql', true],
    ['drizzle', 'drizzle/0000_first.sql', true],
    ['drizzle', 'drizzle/20250101000000_first/migration.sql', true],
    ['supabase', 'supabase/migrations/20240101000000_first.sql', true],
    ['flyway', 'src/main/resources/db/migration/V1_1__first.sql', true],
    ['sql', 'db/migrations/20240101_first.sql', true],
    ['sql', 'migrations/000001_first.up.sql', true],
    ['sql', 'migrations/20240101_first/up.sql', true],
    ['ecto', 'priv/repo/migrations/20240101000000_first.exs', false],
    ['ecto', 'apps/shop/priv/read_repo/migrations/20240101000000_first.exs', false],
    ['rails', 'db/migrate/20240101000000_first.rb', false],
    ['django', 'shop/migrations/0001_initial.py', false],
    ['alembic', 'alembic/versions/1975ea83b712_first.py', false],
    ['javascript', 'migrations/20240101000000_first.js', false],
    ['javascript', 'src/migrations/1700000000000-First.ts', false],
  ])('%s keeps %s', (tool, path, isSql) => {
    expect(findMigrationFiles([path], [])).toMatchObject([{ path, tool, isSql }]);
  });

  test.each([
    'node_modules/some/migrations/0001_theirs.sql',
    'deps/oban/priv/repo/migrations/20240101000000_theirs.exs',
    '.cache/migrations/0001_copy.sql',
    'migrations/000001_first.down.sql',
    'migrations/20240101_first/down.sql.bak',
    'drizzle/meta/0000_snapshot.json',
    'src/queries/find-user.sql',
    'migrations/README.md',
    'prisma/schema.prisma',
  ])('%s is none', (path) => {
    expect(found([path])).toEqual([]);
  });

  test('a folder with a journal is Drizzle’s wherever it lies, and is run in the order of the journal', () => {
    const journal = JSON.stringify({
      entries: [
        { idx: 0, tag: '0001_b' },
        { idx: 1, tag: '0000_a' },
      ],
    });
    const paths = ['src/db/out/0000_a.sql', 'src/db/out/0001_b.sql', 'src/db/out/meta/_journal.json'];
    expect(found(paths, [], { 'src/db/out/meta/_journal.json': journal })).toEqual([
      'src/db/out/0001_b.sql',
      'src/db/out/0000_a.sql',
    ]);
    expect(found(paths, [], { 'src/db/out/meta/_journal.json': '{"entries":' })).toEqual(paths.slice(0, 2));
  });
});

describe('the order', () => {
  test('goes by the number in front, not by the letters of it', () => {
    expect(found(['migrations/10_c.up.sql', 'migrations/9_b.up.sql', 'migrations/1_a.up.sql'])).toEqual([
      'migrations/1_a.up.sql',
      'migrations/9_b.up.sql',
      'migrations/10_c.up.sql',
    ]);
  });

  test('of Flyway knows versions of several parts, and runs repeatable ones last', () => {
    const names = ['R__views.sql', 'V1.10__c.sql', 'V1.9__b.sql', 'V1__a.sql', 'V2_1__e.sql', 'V2__d.sql'];
    expect(found(names.map((name) => `db/migration/${name}`))).toEqual(
      ['V1__a', 'V1.9__b', 'V1.10__c', 'V2__d', 'V2_1__e', 'R__views'].map(
        (name) => `db/migration/${name}.sql`,
      ),
    );
  });

  test('keeps the folders of several databases apart', () => {
    expect(found(['b/migrations/1_x.sql', 'a/migrations/2_y.sql', 'a/migrations/1_x.sql'])).toEqual([
      'a/migrations/1_x.sql',
      'a/migrations/2_y.sql',
      'b/migrations/1_x.sql',
    ]);
  });

  test('of migrations in folders of their own goes by the folders', () => {
    const paths = ['migrations/10_b/up.sql', 'migrations/9_a/up.sql', 'migrations/9_a/down.sql'];
    expect(findMigrationFiles(paths, [])).toMatchObject([
      { path: 'migrations/9_a/up.sql', group: 'migrations', name: '9_a' },
      { path: 'migrations/10_b/up.sql', group: 'migrations', name: '10_b' },
    ]);
  });

  test('does not depend on the order of the paths', () => {
    const name = fc.stringMatching(/^V?[0-9]{1,3}([._][0-9]{1,2})?_{1,2}[a-c]{0,2}$|^[a-cR]{1,3}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 12 }), fc.nat(), (names, turn) => {
        const paths = names.map((each) => `migrations/${each}.sql`);
        const turned = [
          ...paths.slice(turn % (paths.length + 1)),
          ...paths.slice(0, turn % (paths.length + 1)),
        ];
        expect(found(turned)).toEqual(found(paths));
      }),
    );
  });
});

describe('patterns', () => {
  test('say which files are meant, wherever they lie, and a folder means all below it', () => {
    const paths = ['sql/001.sql', 'sql/old/000.sql', 'sql/notes.txt', 'migrations/1.sql', 'sql/002.down.sql'];
    expect(found(paths, ['sql/*.sql'])).toEqual(['sql/001.sql']);
    expect(found(paths, ['./sql/'])).toEqual(['sql/001.sql', 'sql/old/000.sql']);
    expect(found(paths, ['sql/002.down.sql'])).toEqual(['sql/002.down.sql']);
  });

  test.each([
    ['db/**/*.sql', 'db/a.sql', true],
    ['db/**/*.sql', 'db/a/b/c.sql', true],
    ['db/*.sql', 'db/a/b.sql', false],
    ['db/{one,two}/*.sql', 'db/two/a.sql', true],
    ['db/{one,two}/*.sql', 'db/three/a.sql', false],
    ['db/00[0-4]?.sql', 'db/0031.sql', true],
    ['db/00[!0-4]?.sql', 'db/0031.sql', false],
    ['db/a.sql', 'db/axsql', false],
    ['db/(draft)/a+b.sql', 'db/(draft)/a+b.sql', true],
    ['**/x.sql', 'x.sql', true],
  ])('%s and %s: %j', (pattern, path, fits) => {
    expect(matchesFilePattern(pattern, path)).toBe(fits);
  });

  test('of any characters at all are patterns, and a path always fits itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, path) => {
        matchesFilePattern(pattern, path);
        const own = path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
        expect(matchesFilePattern(own, own)).toBe(true);
      }),
    );
  });
});
