import { buffer } from 'node:stream/consumers';
import { findConfig } from '../../config/find-config.ts';
import type { ResolvedDatabase, ResolvedProject } from '../../config/resolved.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { findMigrationFiles } from '../../migrations/files/find-migration-files.ts';
import { migrationText } from '../../migrations/files/migration-text.ts';
import type { FileReport } from '../../migrations/lint/lint-report.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { gatherMigrations, type MigrationSet } from '../migrations/gather-migrations.ts';
import { lintNotes } from '../migrations/lint-notes.ts';
import { lintOptions, type LintOptions, type TypedLintOptions } from '../migrations/lint-options.ts';
import { lintSet } from '../migrations/lint-set.ts';
import { readBase, type Base } from '../migrations/read-base.ts';
import { readFacts } from '../migrations/read-facts.ts';
import { sourceOf, type ReadSource } from '../migrations/read-sources.ts';
import { writeLint } from '../migrations/write-lint.ts';

/** Standard input, as it is called in what is found. */
const STANDARD_INPUT = '<stdin>';

/** Where nobody says which server it is: everything that is written for it works on a newer one, too. */
const VERSION_UNKNOWN = 17;

/**
 * `glidepath db lint [FILE…]`: what migrations would lock, break or lose. Ends with 1 where something is as grave as
 * `--fail-on`, with 2 where something cannot be read.
 */
export async function dbLint(
  context: CommandContext,
  named: readonly string[],
  typed: TypedLintOptions,
): Promise<ExitCode> {
  const options = lintOptions(context, typed);
  const { project, root } = await openOptionalProject(context, typed, named);
  const files = named.filter((name) => name !== '-');
  const standardInput = named.includes('-') ? await readStandardInput() : null;
  const isOnlyInput = standardInput !== null && files.length === 0;
  const sets: readonly MigrationSet[] = isOnlyInput
    ? [{ database: null, files: [], asked: new Set() }]
    : await gatherMigrations({
        cwd: context.cwd,
        named: files,
        project,
        root,
        environment: typed.environment,
      });
  requireSomething(sets, standardInput);
  const base = typed.since === null ? null : await readBase(root, typed.since);
  const reports: FileReport[] = [];
  const notes: string[] = [];
  for (const [at, whole] of sets.entries()) {
    const set = base === null ? whole : onlyNew(whole, base);
    const { facts, note } =
      typed.environment === null
        ? { facts: null, note: null }
        : await readFacts(context, typed.environment, set.database);
    if (note !== null) notes.push(note);
    reports.push(
      ...(await lintSet(set, {
        root,
        cwd: context.cwd,
        inTransaction: typed.inTransaction,
        hasLockTimeout: set.database !== null,
        included: options.included,
        postgresVersion: options.postgresVersion ?? facts?.postgresVersion ?? versionOf(set.database),
        facts,
        base,
        standardInput: at === 0 ? standardInput : null,
        filesOf: (paths) => filesOfBase(paths, whole),
      })),
    );
  }
  await writeLint(context, options, { root, reports, notes: [...notes, ...lintNotes(sets, reports, base)] });
  return exitCode(reports, options);
}

/** A config is used where there is one, and needed only for an environment. */
async function openOptionalProject(
  context: CommandContext,
  { environment }: TypedLintOptions,
  named: readonly string[],
): Promise<{ readonly project: ResolvedProject | null; readonly root: string }> {
  const isNeeded = environment !== null || context.projectFile !== null;
  if (!isNeeded && !hasConfig(context.cwd)) return { project: null, root: context.cwd };
  // What is only piped in needs no project.
  if (!isNeeded && named.length === 1 && named[0] === '-') return { project: null, root: context.cwd };
  const { openProject } = await import('../project/open-project.ts');
  const { project, root } = await openProject(context);
  if (environment !== null) await requireEnvironment(project, environment);
  return { project, root };
}

function hasConfig(cwd: string): boolean {
  try {
    findConfig({ cwd });
    return true;
  } catch (error) {
    if (error instanceof ToolError && error.code === 'CONFIG_NOT_FOUND') return false;
    throw error;
  }
}

async function requireEnvironment(project: ResolvedProject, name: string): Promise<void> {
  const names = project.environments.map((environment) => environment.name);
  if (names.includes(name)) return;
  const { nameHint } = await import('../../config/did-you-mean.ts');
  throw new ToolError('PLAN_UNKNOWN_ENVIRONMENT', `There is no environment ${name}.`, {
    hint: nameHint(name, names, 'environments'),
  });
}

async function readStandardInput(): Promise<ReadSource> {
  return sourceOf(STANDARD_INPUT, await buffer(process.stdin), (text) => migrationText(text, 'sql'));
}

/** Nothing at all to look at is a slip: a wrong folder, a pattern that fits nothing. */
function requireSomething(sets: readonly MigrationSet[], standardInput: ReadSource | null): void {
  if (standardInput !== null || sets.some((set) => set.files.length > 0)) return;
  throw new ToolError('CLI_USAGE', 'There are no migrations here.', {
    hint: 'Name the files: glidepath db lint path/to/*.sql, or set migrate: { files: […] } in the config',
  });
}

/** Those that others do not have yet, or have otherwise. */
function onlyNew(set: MigrationSet, base: Base): MigrationSet {
  const old = new Set(base.paths.filter((path) => !base.edited.has(path)));
  return { ...set, asked: new Set([...set.asked].filter((path) => !old.has(path))) };
}

/** The files of a commit that lie where those of the set lie. */
function filesOfBase(paths: readonly string[], set: MigrationSet): ReturnType<typeof findMigrationFiles> {
  const groups = new Set(set.files.map((file) => file.group));
  const extensions = new Set(set.files.map((file) => file.path.slice(file.path.lastIndexOf('.'))));
  return findMigrationFiles(paths, ['**']).filter(
    ({ group, path }) => groups.has(group) && extensions.has(path.slice(path.lastIndexOf('.'))),
  );
}

function versionOf(database: ResolvedDatabase | null): number {
  return database?.fly?.version ?? VERSION_UNKNOWN;
}

function exitCode(reports: readonly FileReport[], { failOn }: LintOptions): ExitCode {
  if (reports.some((report) => report.mistakes.length > 0)) return EXIT.usage;
  const isGrave = reports.some((report) =>
    report.findings.some(
      ({ severity }) => severity === 'error' || (failOn === 'warning' && severity === 'warning'),
    ),
  );
  return isGrave ? EXIT.failed : EXIT.ok;
}
