import { compareVersions, isSameVersion, versionText } from '../../files/compare-versions.ts';
import type { MigrationFile } from '../../files/find-migration-files.ts';
import type { Finding } from '../finding.ts';
import { FILE_RULES, type FileRule } from './file-rules.ts';

/** The migration files of a commit that others have, and have perhaps run. */
export interface BaseFiles {
  /** As people call it: `origin/main`. */
  readonly name: string;
  readonly files: readonly MigrationFile[];
  /** Paths of those whose content is another one by now. */
  readonly edited: ReadonlySet<string>;
}

/**
 * What the names and the order of migration files say, without a look into them: versions that are taken twice, names
 * without one; and against a commit before, what was edited, taken away or put in between. `files` are all that there
 * are now, in their order.
 */
export function lintFileHistory(files: readonly MigrationFile[], base: BaseFiles | null): readonly Finding[] {
  const before = new Set(base?.files.map((file) => file.path));
  const isNew = (file: MigrationFile): boolean => !before.has(file.path);
  const folders = Map.groupBy(files.filter(isNumbered), (file) => file.group).values();
  return [
    ...[...folders].flatMap((folder) => [
      ...takenTwice(folder, isNew),
      ...withoutVersion(folder, isNew),
      ...(base === null ? [] : outOfOrder(folder, base, isNew)),
    ]),
    ...(base === null ? [] : [...edited(files, base), ...removed(files, base)]),
  ];
}

/** The migrations of Django and Alembic name the ones before them instead. */
function isNumbered({ tool }: MigrationFile): boolean {
  return tool !== 'django' && tool !== 'alembic';
}

type Folder = readonly MigrationFile[];
type IsNew = (file: MigrationFile) => boolean;

function takenTwice(folder: Folder, isNew: IsNew): readonly Finding[] {
  return folder.flatMap((file, at) => {
    const other = folder.slice(0, at).find((before) => isSameVersion(before.name, file.name));
    // People have lived with an old pair so far.
    if (other === undefined || !(isNew(file) || isNew(other))) return [];
    const [newer, older] = isNew(file) ? [file, other] : [other, file];
    return finding(FILE_RULES.versionTaken, newer, {
      message: `${newer.name} has the version of ${older.name}: which of them runs first, and whether both do, is left to chance.`,
      safeForm: `Give it a version after ${folder.findLast(hasVersion)?.name ?? ''}.`,
    });
  });
}

function withoutVersion(folder: Folder, isNew: IsNew): readonly Finding[] {
  const last = folder.findLast(hasVersion);
  if (last === undefined) return [];
  return folder
    .filter((file) => isNew(file) && !hasVersion(file) && !file.name.startsWith('R__'))
    .flatMap((file) =>
      finding(FILE_RULES.name, file, {
        message: `${file.name} has no version in front, as the others beside it have.`,
        safeForm: `Put a version in front that comes after ${last.name}.`,
      }),
    );
}

function outOfOrder(folder: Folder, base: BaseFiles, isNew: IsNew): readonly Finding[] {
  const last = folder.findLast((file) => !isNew(file) && hasVersion(file));
  if (last === undefined) return [];
  return folder
    .filter((file) => isNew(file) && hasVersion(file) && compareVersions(file.name, last.name) < 0)
    .flatMap((file) =>
      finding(FILE_RULES.outOfOrder, file, {
        message: `${file.name} is new and comes before ${last.name}, which ${base.name} has already.`,
        safeForm: `Give it a version after ${versionText(last.name) ?? last.name}.`,
      }),
    );
}

function edited(files: readonly MigrationFile[], base: BaseFiles): readonly Finding[] {
  return files
    .filter(({ path }) => base.edited.has(path))
    .flatMap((file) =>
      finding(FILE_RULES.edited, file, {
        message: `${file.name} is another one than in ${base.name}: where it ran already, the change never arrives.`,
        safeForm: `Put it back as it was, and let a new migration make the change: git checkout ${base.name} -- ${file.path}`,
      }),
    );
}

function removed(files: readonly MigrationFile[], base: BaseFiles): readonly Finding[] {
  const paths = new Set(files.map((file) => file.path));
  return base.files
    .filter(({ path }) => !paths.has(path))
    .flatMap((file) =>
      finding(FILE_RULES.removed, file, {
        message: `${file.name} is in ${base.name} and not here any more: a new database will lack what it does.`,
        safeForm: `Put it back: git checkout ${base.name} -- ${file.path}`,
      }),
    );
}

function hasVersion({ name }: MigrationFile): boolean {
  return versionText(name) !== null;
}

function finding(
  { id, severity, why }: FileRule,
  file: MigrationFile,
  said: Pick<Finding, 'message' | 'safeForm'>,
): readonly Finding[] {
  const place = { file: file.path, line: 1, column: 1 };
  return [{ rule: id, severity, ...place, statement: '', ...said, why, locks: [] }];
}
