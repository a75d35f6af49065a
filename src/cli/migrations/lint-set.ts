import { join, relative } from 'node:path';
import type { MigrationFile } from '../../migrations/files/find-migration-files.ts';
import { lintFileHistory } from '../../migrations/lint/files/lint-file-history.ts';
import type { Finding } from '../../migrations/lint/finding.ts';
import { lintFiles } from '../../migrations/lint/lint-files.ts';
import type { FileReport } from '../../migrations/lint/lint-report.ts';
import { tablesToCome } from '../../migrations/lint/tables-to-come.ts';
import type { DatabaseFacts } from '../../pipeline/read-database-facts.ts';
import type { MigrationSet } from './gather-migrations.ts';
import type { Base } from './read-base.ts';
import { readSources, shownPath, type ReadSource } from './read-sources.ts';

/** With what a set is looked at. */
export interface LintSetOptions {
  readonly root: string;
  readonly cwd: string;
  readonly inTransaction: boolean;
  readonly hasLockTimeout: boolean;
  readonly postgresVersion: number;
  /** Rules beside the usual ones. */
  readonly included: readonly string[];
  /** Null: no database was asked. */
  readonly facts: DatabaseFacts | null;
  /** Null: nothing is compared. */
  readonly base: Base | null;
  /** What comes on standard input; null: nothing does. */
  readonly standardInput: ReadSource | null;
  /** Which files of a commit belong to the set. */
  readonly filesOf: (paths: readonly string[]) => readonly MigrationFile[];
}

/** Looks at the migrations of one database: at their files, and at what is in them. */
export async function lintSet(set: MigrationSet, options: LintSetOptions): Promise<readonly FileReport[]> {
  const { root, cwd, base, facts } = options;
  const files = readSources(set, { root, cwd });
  const all = [...files, ...(options.standardInput === null ? [] : [options.standardInput])];
  const known = fileFindings(set, options);
  const tables = facts === null ? {} : { ...facts.tables, ...(await tablesToCome(all, facts.tables)) };
  const reports = await lintFiles(
    all,
    {
      postgresVersion: options.postgresVersion,
      inTransaction: options.inTransaction,
      hasLockTimeout: options.hasLockTimeout,
      tables,
    },
    { known, included: options.included },
  );
  const seen = new Set(reports.map((report) => report.file));
  const ofOthers = Map.groupBy(
    known.filter(({ file }) => file !== null && !seen.has(file) && (base !== null || set.asked.size > 0)),
    (finding) => finding.file ?? '',
  );
  return [
    ...reports.map((report) => ({
      ...report,
      mistakes: [
        ...all.flatMap(({ file, mistake }) => (file === report.file && mistake !== null ? [mistake] : [])),
        ...report.mistakes,
      ],
    })),
    // Code, and files that are gone: nothing of them can be read, but much is known of them.
    ...[...ofOthers].map(([file, findings]) => ({ ...NOTHING_READ, file, findings })),
  ];
}

const NOTHING_READ = { text: '', statements: 0, ignored: [], mistakes: [] } as const;

/** Of all files of the set, those that are asked about. */
function fileFindings(set: MigrationSet, { root, cwd, base, filesOf }: LintSetOptions): readonly Finding[] {
  const before = base === null ? null : { ...base, files: filesOf(base.paths) };
  return lintFileHistory(set.files, before)
    .filter(({ file, rule }) => rule === 'migration-removed' || (file !== null && set.asked.has(file)))
    .map((finding) => ({ ...finding, file: shownPath(cwd, join(root, finding.file ?? '')) }));
}

/** A path as `git` at the root of the repository knows it. */
export function pathFrom(top: string, cwd: string, file: string): string {
  return relative(top, join(cwd, file)).split('\\').join('/');
}
