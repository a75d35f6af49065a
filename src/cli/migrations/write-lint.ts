import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { githubAnnotations } from '../../migrations/lint/github-annotations.ts';
import { RULE_CATALOGUE } from '../../migrations/lint/lint-files.ts';
import type { FileReport } from '../../migrations/lint/lint-report.ts';
import { sarifLog } from '../../migrations/lint/sarif.ts';
import { runGit } from '../../providers/git/run-git.ts';
import { ownFile } from '../../util/own-file.ts';
import type { CommandContext } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { lintSummary, renderLint } from '../views/lint.ts';
import { lintDocument } from './lint-document.ts';
import type { LintOptions } from './lint-options.ts';
import { pathFrom } from './lint-set.ts';

/** What came of it. */
export interface LintResult {
  readonly root: string;
  readonly reports: readonly FileReport[];
  readonly notes: readonly string[];
}

/** Prints what was found, in the form that was asked for. */
export async function writeLint(
  { output, cwd }: CommandContext,
  { format }: LintOptions,
  { reports, notes }: LintResult,
): Promise<void> {
  if (format === 'human') {
    output.write(renderLint(reports, { color: output.color, width: output.width, notes }));
    return;
  }
  if (format === 'json') {
    writeJson(output, lintDocument(reports, notes));
    return;
  }
  const top = await topOf(cwd);
  const pathOf = (file: string): string => (file.startsWith('<') ? file : pathFrom(top, cwd, file));
  if (format === 'sarif') {
    writeJson(
      output,
      sarifLog({ reports, rules: sarifRules(), version: ownVersion(), documents: DOCUMENTS, pathOf }),
    );
    return;
  }
  for (const line of githubAnnotations(reports, pathOf)) output.write(`${line}\n`);
  // GitHub shows the annotations elsewhere; whoever reads the log wants to know how it ended.
  output.error(lintSummary(reports, { color: false, width: output.width, notes }));
}

/** The documents come with the source; a name for each is all that can be linked to. */
const DOCUMENTS = 'urn:glidepath:';

function ownVersion(): string {
  const manifest = readFileSync(join(dirname(ownFile('index')), '..', 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function sarifRules(): Parameters<typeof sarifLog>[0]['rules'] {
  return RULE_CATALOGUE.map((rule) => ({ ...rule, page: `docs/reference/migration-rules.md#${rule.id}` }));
}

/** Where the repository begins; outside git, where the command runs. */
async function topOf(cwd: string): Promise<string> {
  const { code, stdout } = await runGit(spawn, cwd, ['rev-parse', '--show-toplevel']).catch(() => ({
    code: 1,
    stdout: '',
  }));
  return code === 0 ? stdout.trim() : cwd;
}
