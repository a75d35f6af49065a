import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import { compareFiles, type RanFile, type RenamedFile } from '../../migrations/files/compare-files.ts';
import { utcTime } from '../../util/utc-time.ts';
import { migrationFilesOf, ranFiles } from '../migration-files.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { scopeOf, type StepScope } from '../step-scope.ts';
import { requireRanBefore } from './ran-before.ts';

/** As much of an environment's history as is compared with: years of it. */
const HISTORY_LIMIT = 1_000;

/**
 * Takes down the migration files of the commit. Throws MIGRATION_EDITED when one that ran here has changed or been renamed,
 * and MIGRATION_NOT_PASSED when a new one has not run in the environment before.
 */
export function migrationFilesStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'migration-files'>(deps, context);
      const { environment, commit } = scope.input;
      const { after } = scope.action;
      const files = await migrationFilesOf(deps.source, environment, commit);
      const entries = deps.history.entries(environment.name, HISTORY_LIMIT);
      for (const [database, now] of Object.entries(files)) {
        const counts = deps.history.ranOnDatabase(environment.name, database);
        const ran = ranFiles(entries, database, counts);
        const { edited, removed, renamed, added } = compareFiles(now, ran);
        requireUnedited(scope, database, edited);
        requireNames(scope, renamed);
        for (const file of removed)
          context.log(`! ${file.path} ran with ${file.release} and no longer exists`);
        context.log(`${database}: ${filesWords(Object.keys(now).length)}, ${added.length} of them new here`);
        if (after !== undefined) requireRanBefore(scope, { after, database, now, ran });
      }
      return { files };
    },
  };
}

function filesWords(number: number): string {
  return `${number} migration file${number === 1 ? '' : 's'}`;
}

function requireUnedited({ input }: StepScope, database: string, edited: readonly RanFile[]): void {
  const [first] = edited;
  if (first === undefined) return;
  const { environment, commit } = input;
  const more = edited.length === 1 ? '' : ` (and ${edited.length - 1} more)`;
  const isEphemeral = environment.databases.find((each) => each.name === database)?.ephemeral === true;
  throw new ToolError(
    'MIGRATION_EDITED',
    `${first.path}${more} ran in ${environment.name} with ${first.release} on ${utcTime(first.at).slice(0, 10)} and has changed since; the change would never run there.`,
    {
      hint: [
        `See what changed: ${diffCommand(first, commit)}`,
        isEphemeral && environment.kind === 'review'
          ? 'Restore it and write a new migration, or close and reopen the pull request: its database is recreated.'
          : 'Restore it, and write a new migration for the change.',
      ].join('\n'),
      output: edited
        .slice(1)
        .map((file) => `${file.path}: ran with ${file.release} · ${diffCommand(file, commit)}`),
    },
  );
}

function requireNames({ input: { environment } }: StepScope, renamed: readonly RenamedFile[]): void {
  const [first] = renamed;
  if (first === undefined) return;
  const { ran, path } = first;
  const more = renamed.length === 1 ? '' : ` (and ${renamed.length - 1} more)`;
  throw new ToolError(
    'MIGRATION_EDITED',
    `${path}${more} was called ${ran.path} when it ran in ${environment.name} with ${ran.release} on ${utcTime(ran.at).slice(0, 10)}; under its new name it would run again.`,
    {
      hint: [
        ...renamed.map((file) => `Give it its name back: git mv ${file.path} ${file.ran.path}`),
        'If it is to run a second time, change its text: a comment is enough.',
      ].join('\n'),
    },
  );
}

function diffCommand(file: RanFile, commit: string): string {
  return `git diff ${file.commit.slice(0, 7)} ${commit.slice(0, 7)} -- ${file.path}`;
}
