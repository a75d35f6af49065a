import type { FileReport } from '../../migrations/lint/lint-report.ts';
import { counted } from '../views/text/counted.ts';
import type { MigrationSet } from './gather-migrations.ts';
import type { Base } from './read-base.ts';

const NAMES: Readonly<Record<string, string>> = {
  ecto: 'of Ecto',
  rails: 'of Rails',
  django: 'of Django',
  alembic: 'of Alembic',
  javascript: 'in JavaScript or TypeScript',
};

/** What was left aside, and why: silence would look like praise. */
export function lintNotes(
  sets: readonly MigrationSet[],
  reports: readonly FileReport[],
  base: Base | null,
): readonly string[] {
  const code = sets.flatMap((set) => set.files.filter(({ isSql, path }) => !isSql && set.asked.has(path)));
  const tools = [...Map.groupBy(code, (file) => file.tool)];
  const notes = tools.map(
    ([tool, files]) =>
      `${counted(files.length, 'migration')} ${NAMES[tool] ?? `of ${tool}`} ${files.length === 1 ? 'is' : 'are'} code, and SQL only when ${files.length === 1 ? 'it runs' : 'they run'}: glidepath db probe runs them on a throw-away branch and lints that.`,
  );
  if (base === null) return notes;
  const old =
    sets.reduce((sum, set) => sum + set.files.filter(({ isSql }) => isSql).length, 0) -
    reports.filter(({ text }) => text !== '').length;
  if (old <= 0) return notes;
  return [
    ...notes,
    `${counted(old, 'file')} that ${base.name} has too ${old === 1 ? 'was' : 'were'} read, and not judged.`,
  ];
}
