import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { closestName } from '../../config/did-you-mean.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { generateFiles } from '../../emit/generate-files.ts';
import { isPending, reconcileFiles, type FileDecision } from '../../emit/reconcile-files.ts';
import { ownVersion } from '../../util/own-file.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { openProject } from '../project/open-project.ts';
import { writeJson } from '../output.ts';
import { readGenerated } from '../project/read-generated.ts';
import { renderDiagnostic } from '../views/problem.ts';
import { renderGenerated } from '../views/project/generated.ts';
import { foreignFindings } from '../workflows/foreign-findings.ts';
import { writeGenerated } from '../project/write-generated.ts';

/**
 * `glidepath generate [FILE…]`: writes the files that the platforms read. Ends with 3 when the repository is not as it
 * would be generated: with `--check` before, without after what could be written was written.
 */
export async function generate(
  context: CommandContext,
  only: readonly string[],
  options: {
    readonly isCheck: boolean;
    readonly isForce: boolean;
    /** Files that may be edited by hand: `--check` does not fail on them. */
    readonly editable: readonly string[];
  },
): Promise<ExitCode> {
  if (options.isCheck && options.isForce) {
    throw new ToolError('CLI_USAGE', '--check writes nothing, so --force has nothing to do.', {
      hint: 'See how it is used: glidepath generate --help',
    });
  }
  if (!options.isCheck && options.editable.length > 0) {
    throw new ToolError('CLI_USAGE', '--allow-edits is for --check: without it, edits are kept anyway.', {
      hint: 'See how it is used: glidepath generate --help',
    });
  }
  const { project, root, diagnostics } = await openProject(context);
  const files = generateFiles(project, { version: ownVersion() });
  const onDisk = await readGenerated(
    root,
    files.map((file) => file.path),
  );
  const editable = named(
    options.editable,
    files.map((file) => file.path),
  );
  const all = reconcileFiles(files, onDisk, {
    force: options.isForce,
    keeps: (path) => !options.isCheck || editable.includes(path),
  });
  const decisions = chosen(all, only);
  if (!options.isCheck) await writeGenerated(root, decisions);
  const isLeft = (decision: FileDecision): boolean =>
    options.isCheck ? decision.action !== 'none' : isPending(decision);
  const { output } = context;
  if (output.json) {
    const shown = decisions.map((decision) => ({
      path: decision.path,
      state: decision.state,
      action: decision.action,
      reason: decision.reason,
      isPending: isLeft(decision),
      diff: decision.diff,
    }));
    writeJson(output, { check: options.isCheck, pending: decisions.filter(isLeft).length, files: shown });
  } else {
    output.write(renderGenerated(decisions, { color: output.color, isCheck: options.isCheck, only }));
    const note = await foreignFindings(root);
    if (note !== null) output.error(`\n! ${note}\n`);
    const missing = missingManifest(project, root);
    if (missing !== null) output.error(`\n! ${missing}\n`);
    for (const warning of diagnostics) output.error(`\n${renderDiagnostic(warning, output.color)}\n`);
  }
  return decisions.some(isLeft) ? EXIT.changesPending : EXIT.ok;
}

/** What is wrong with an installation for which there is nothing at the root; null where nothing is. */
function missingManifest({ github }: ResolvedProject, root: string): string | null {
  const { install, workflows } = github;
  if (!workflows || install === null || existsSync(join(root, 'package.json'))) return null;
  return `The GitHub workflows run "${install}", and there is no package.json here: their jobs would fail.\n  → Run nothing: github: { install: null }. Or say what installs the dependencies: github: { install: '…' }`;
}

/** Only the files that were named. */
function chosen(all: readonly FileDecision[], only: readonly string[]): readonly FileDecision[] {
  if (only.length === 0) return all;
  const names = named(
    only,
    all.map((decision) => decision.path),
  );
  return all.filter((decision) => names.includes(decision.path));
}

/** Paths as they were typed, as ours are written; throws CLI_USAGE for one that is none of `paths`. */
function named(typed: readonly string[], paths: readonly string[]): readonly string[] {
  const names = typed.map((name) => name.replace(/^\.\//, ''));
  const unknown = names.find((name) => !paths.includes(name));
  if (unknown === undefined) return names;
  const near = closestName(unknown, paths);
  throw new ToolError('CLI_USAGE', `${unknown} is not a file Glidepath generates for this project.`, {
    hint: near === null ? 'List them: glidepath generate --check' : `Did you mean ${near}?`,
  });
}
