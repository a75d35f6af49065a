import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { SIGNING_KEY, signingKey } from '../../artifacts/signing-key.ts';
import { exportArtifacts, type Exported, type ExportedCheck } from '../../artifacts/export-artifacts.ts';
import { exportName, requireReplaceable } from '../../artifacts/export-place.ts';
import { sha256 } from '../../artifacts/artifact-manifest.ts';
import type { BuildFacts } from '../../artifacts/provenance-statement.ts';
import type { CheckResult, ChecksOutcome } from '../../checks/check-event.ts';
import { outputFiles, outputGlobs } from '../../checks/cache/output-files.ts';
import { madeByChecks } from '../../checks/inputs/made-by-checks.ts';
import { lockFilesOf } from '../../checks/inputs/lock-files.ts';
import type { ResolvedCheck, ResolvedProject } from '../../config/resolved.ts';
import { REPORT_FILES } from '../../reports/report-files.ts';
import { createGitSource, type GitSource } from '../../providers/git/git-source.ts';
import { ownVersion } from '../../util/own-file.ts';
import { builderFacts, toolVersions } from '../runs/build-facts.ts';
import type { CommandContext } from '../command-context.ts';
import { hasChanges } from '../project/has-changes.ts';

/** What is exported, and where to. */
export interface ChecksExport {
  readonly project: ResolvedProject;
  /** The checkout. */
  readonly root: string;
  readonly outcome: ChecksOutcome;
  /** Whether reports of these checks were put together: what lies there otherwise is of other runs. */
  readonly hasReports: boolean;
  /** As it was typed: `dist/{time}-{commit}`. */
  readonly directory: string;
  /** Milliseconds since the Unix epoch, before the first check. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

/**
 * Throws before the first check runs what would be thrown after the last one: ARTIFACT_KEY_INVALID, CLI_USAGE for a name that
 * cannot be filled in, ARTIFACT_INVALID where something else lies there.
 */
export async function requireExportable(context: CommandContext, typed: string): Promise<void> {
  signingKey(context.env[SIGNING_KEY]);
  const name = { commit: '', time: 0 };
  await requireReplaceable(resolve(context.cwd, exportName(typed, name)));
}

/** What was exported, and what comes of the place that it lies in. */
export interface ChecksExported extends Exported {
  /** Git does not ignore it, so that checks take it for files of the project and run again. */
  readonly isInput: boolean;
}

/**
 * `ci --export DIR`: what the checks made, and their reports, with manifest, bill of materials and provenance. Throws
 * ARTIFACT_INVALID, ARTIFACT_KEY_INVALID, and what git has against the checkout.
 */
export async function exportChecks(context: CommandContext, request: ChecksExport): Promise<ChecksExported> {
  const { project, root, outcome } = request;
  const signer = signingKey(context.env[SIGNING_KEY]);
  const source = createGitSource({ root });
  const { sha, at } = await source.commit('HEAD');
  const checks = project.checks.map((check) =>
    exportedCheck(
      root,
      check,
      outcome.results.find(({ name }) => name === check.name),
    ),
  );
  const exported = await exportArtifacts({
    directory: resolve(context.cwd, request.directory),
    root,
    project: project.name,
    commit: { sha, at },
    uncommitted: await hasChanges(source, project.checks),
    checks,
    reports: request.hasReports ? outputFiles(root, MERGED) : [],
    images: [],
    sbom: await sbomOf(context, request, at),
    tools: toolVersions(),
    glidepath: ownVersion(),
    facts: await factsOf(context, request, source),
    signer,
  });
  const below = `${relative(root, exported.directory)}/`;
  const isMade = madeByChecks(project.checks);
  const isInput = (await source.newFiles()).some((path) => path.startsWith(below) && !isMade(path));
  return { ...exported, isInput };
}

/** What the reports of all checks were put together into. */
const MERGED = outputGlobs(REPORT_FILES.map((name) => `.glidepath/reports/${name}`));

function exportedCheck(
  root: string,
  { name, outputs, reports }: ResolvedCheck,
  result: CheckResult | undefined,
): ExportedCheck {
  if (result?.status !== 'passed' && result?.status !== 'failed')
    return { name, key: null, verdict: 'not-run', at: null, outputs: [], reports: [] };
  const { status, key, endedAt } = result;
  // What failed has left whatever it had made by then.
  const made = status === 'passed' ? outputFiles(root, outputGlobs(outputs)) : [];
  const written = Object.values(reports).flatMap((globs: readonly string[]) =>
    outputFiles(root, outputGlobs(globs)),
  );
  return { name, key, verdict: status, at: endedAt, outputs: made, reports: [...new Set(written)] };
}

/** The bill of materials that one of these checks has written; where none did, that of the lock files. */
async function sbomOf(
  { env }: CommandContext,
  { project, root, outcome }: ChecksExport,
  commitTime: number,
): Promise<string> {
  const passed = new Set(outcome.results.flatMap(({ name, status }) => (status === 'passed' ? [name] : [])));
  const [file] = project.checks.flatMap(({ name, reports }) =>
    passed.has(name) ? outputFiles(root, outputGlobs(reports.sbom)) : [],
  );
  if (file !== undefined) return readFile(join(root, file), 'utf8');
  const [{ makeSbom }, { listPaths }] = await Promise.all([
    import('../security/make-sbom.ts'),
    import('../migrations/list-paths.ts'),
  ]);
  const epoch = { SOURCE_DATE_EPOCH: String(Math.floor(commitTime / 1000)) };
  const paths = (await listPaths(root)).toSorted();
  return (await makeSbom({ root, paths, project }, { ...env, ...epoch })).text;
}

async function factsOf(
  { env, projectFile }: CommandContext,
  { project, root, startedAt, finishedAt }: ChecksExport,
  source: GitSource,
): Promise<BuildFacts> {
  const digestOf = async (path: string): Promise<{ path: string; digest: string }> => ({
    path,
    digest: sha256(await readFile(join(root, path))),
  });
  const locks = lockFilesOf('', (path) => existsSync(join(root, path)));
  return {
    ...builderFacts({ env }, project),
    ref: env['GITHUB_REF'] ?? (await source.currentBranch()),
    config: await digestOf(projectFile === null ? 'glidepath.config.ts' : basename(projectFile)),
    locks: await Promise.all(locks.map(digestOf)),
    startedAt,
    finishedAt,
  };
}
