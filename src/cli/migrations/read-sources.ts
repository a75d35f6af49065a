import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { migrationText, type MigrationText } from '../../migrations/files/migration-text.ts';
import type { FileSource } from '../../migrations/lint/lint-files.ts';
import type { SqlSyntaxError } from '../../migrations/lint/parse/parse-sql.ts';
import { textPlaces } from '../../migrations/lint/parse/statement.ts';
import type { MigrationSet } from './gather-migrations.ts';

/** Reads the SQL files of a set. Those that are not asked about count as run. */
export function readSources(
  set: MigrationSet,
  { root, cwd }: { readonly root: string; readonly cwd: string },
): readonly ReadSource[] {
  return set.files
    .filter(({ isSql }) => isSql)
    .map(({ path, tool }) => {
      const file = shownPath(cwd, join(root, path));
      const bytes = readFileSync(join(root, path));
      return { ...sourceOf(file, bytes, (text) => migrationText(text, tool)), hasRun: !set.asked.has(path) };
    });
}

/** A file, and what keeps it from being text. */
export interface ReadSource extends FileSource {
  readonly mistake: SqlSyntaxError | null;
}

/** Bytes as a file of that name: from the disk, or from standard input. */
export function sourceOf(
  file: string,
  bytes: Uint8Array,
  toMigration: (text: string) => MigrationText,
): ReadSource {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const { text: run, inTransaction } = toMigration(text);
  return {
    file,
    text: run,
    ...(inTransaction === null ? {} : { inTransaction }),
    mistake: isUtf8(bytes) || text.includes('\0') ? null : notUtf8(file, text),
  };
}

function notUtf8(file: string, text: string): SqlSyntaxError {
  const at = Math.max(0, text.indexOf('\uFFFD'));
  return {
    file,
    ...textPlaces(text)(at),
    message: 'bytes that are no UTF-8',
    hint: 'Save the file as UTF-8.',
    sourceLine: '',
  };
}

/** As people see it: from where they are. */
export function shownPath(cwd: string, path: string): string {
  const shown = relative(cwd, resolve(path));
  return shown.split('\\').join('/');
}
