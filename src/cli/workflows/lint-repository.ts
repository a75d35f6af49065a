import { spawn } from 'node:child_process';
import type { WorkflowReport } from '../../workflows/finding.ts';
import { lintFiles } from '../../workflows/lint-files.ts';
import { checkSyntax } from '../../workflows/syntax/check-syntax.ts';
import { checkScripts } from './check-scripts.ts';
import type { GatheredFiles } from './gather-files.ts';

/** What was found, and what could not be looked at. */
export interface LintedRepositoryFiles {
  readonly reports: readonly WorkflowReport[];
  readonly notes: readonly string[];
}

/** Everything that is found in files: by the rules, by GitHub's own language service, by bash. */
export async function lintRepository(
  { sources, asked }: GatheredFiles,
  { isPedantic }: { readonly isPedantic: boolean },
): Promise<LintedRepositoryFiles> {
  const judged = sources.filter(({ path }) => asked.has(path));
  const scripts = await checkScripts(spawn, judged);
  const syntax = await checkSyntax(sources, asked);
  const reports = lintFiles(sources, { isPedantic, asked, outside: [...syntax, ...scripts.found] });
  return { reports, notes: scripts.hasBash ? [] : ['There is no bash here, so that no script was read.'] };
}
