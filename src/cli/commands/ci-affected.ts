import { appendFile } from 'node:fs/promises';
import { affected } from '../../checks/affected.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { createGitSource } from '../../providers/git/git-source.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { findBase } from '../project/find-base.ts';
import { openProject } from '../project/open-project.ts';
import { writeJson } from '../output.ts';
import { readGithubContext } from '../github/read-github-context.ts';

/**
 * `glidepath ci affected`: whether the change at hand needs the checks. Inside GitHub Actions the answer is an output of
 * the step: `needed`, and the names of the checks as JSON in `checks`.
 */
export async function ciAffected(context: CommandContext): Promise<ExitCode> {
  const { project, root } = await openProject(context);
  const source = createGitSource({ root });
  const github = readGithubContext(context);
  const base = await findBase(source, github, project.mainBranch);
  const changed = base.kind === 'none' ? null : await source.changedFiles(base.sha, 'HEAD');
  // Checks on a laptop run in the working copy, with what is not committed yet.
  const uncommitted = changed === null || github !== null ? [] : await source.uncommittedFiles();
  const all = changed === null ? null : [...new Set([...changed, ...uncommitted])];
  const { isNeeded, reason } = affected(project.ciSkip, base, all);
  const checks = isNeeded ? project.checks.map(({ name }) => name) : [];
  if (github !== null && github.outputFile !== null)
    await appendFile(github.outputFile, `needed=${isNeeded}\nchecks=${JSON.stringify(checks)}\n`);
  if (context.output.json) writeJson(context.output, { needed: isNeeded, reason, checks, changed: all });
  else context.output.write(`${isNeeded ? 'Checks are needed' : 'No check is needed'}: ${reason}\n`);
  return EXIT.ok;
}
