import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Finding } from '../../reports/finding.ts';
import { writeSarif } from '../../reports/sarif/write-sarif.ts';
import { judgeSecurity, type SecurityJudgement } from '../../security/policy/judge-security.ts';
import { ownVersion } from '../../util/own-file.ts';
import type { ExitCode } from '../command-context.ts';
import { makeStateDir } from '../project/make-state-dir.ts';
import { writeJson } from '../output.ts';
import { counted } from '../views/text/counted.ts';
import { renderSecurity } from '../views/checks/security.ts';
import type { SecurityWork, TypedSecurityOptions } from './security-work.ts';

/** What a security command looked at, and what it found. */
export interface SecurityRun {
  /** As it is typed: `security audit`. */
  readonly command: string;
  readonly findings: readonly Finding[];
  /** Left out by a directive in the file itself, each with its reason. */
  readonly ignored?: readonly { readonly finding: Finding; readonly reason: string }[];
  /** `612 packages of 2 lock files`. */
  readonly looked: string;
  /** Tools that looked, also those that found nothing. */
  readonly tools: readonly string[];
  /** What could not be looked at, and why: a sentence each. */
  readonly skipped: readonly string[];
  /** What else is worth knowing: a sentence each. */
  readonly notes?: readonly string[];
  /** Whether an exception of this id is about what this command looks for: others are not called unused. */
  readonly concerns: (id: string) => boolean;
  /** What goes into the JSON document besides. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/**
 * Judges what was found, prints it, writes the SARIF log. Ends with 1 where the policy refuses something, and with `--require`
 * also where something could not be looked at.
 */
export function finishSecurity(work: SecurityWork, typed: TypedSecurityOptions, run: SecurityRun): ExitCode {
  const { context, project, now } = work;
  const judged = judgeSecurity(run.findings, project.security, now);
  // Where something was not looked at, what an exception is for may be there.
  const unused = run.skipped.length > 0 ? [] : judged.unused.filter(({ id }) => run.concerns(id));
  const judgement = { ...judged, unused };
  if (typed.sarif !== null) writeFileIn(resolve(context.cwd, typed.sarif), sarifOf(run, judgement));
  const { output } = context;
  const problem = problemOf(run, judgement, typed);
  if (output.json) {
    writeJson(output, securityDocument(run, judgement));
    return problem === null ? EXIT.ok : EXIT.failed;
  }
  output.write(renderSecurity({ ...run, ...judgement }, output));
  if (problem !== null) throw problem;
  return EXIT.ok;
}

/** What every state directory has in its path. */
const STATE = `${sep}.glidepath${sep}`;

/** Writes a file, and the folders above it. Throws CLI_USAGE where none can be written. */
export function writeFileIn(file: string, text: string): void {
  try {
    const state = file.lastIndexOf(STATE);
    // A check writes its reports there, perhaps before anything else is: git leaves them alone all the same.
    if (state >= 0) makeStateDir(file.slice(0, state), dirname(file));
    else mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!UNWRITABLE.has(code)) throw error;
    throw new ToolError('CLI_USAGE', `Cannot write ${file}: ${message}.`, {
      hint: 'Name a file in a writable directory.',
    });
  }
}

/** What is wrong with the name, and not with the disk. */
const UNWRITABLE: ReadonlySet<string> = new Set(['EISDIR', 'ENOTDIR', 'EEXIST', 'EACCES', 'EPERM', 'EROFS']);

/** What is excepted is no finding for who reads the log. */
function sarifOf({ command, tools }: SecurityRun, { refused, tolerated }: SecurityJudgement): string {
  const log = writeSarif({
    findings: [...refused, ...tolerated],
    tools: tools.map((name) => ({ name, version: ownVersion() })),
    category: command.replace(' ', '-'),
  });
  return `${JSON.stringify(log, null, 2)}\n`;
}

function securityDocument(run: SecurityRun, judgement: SecurityJudgement): Readonly<Record<string, unknown>> {
  return {
    check: run.command,
    looked: run.looked,
    refused: judgement.refused,
    tolerated: judgement.tolerated,
    excepted: judgement.excepted,
    expired: judgement.expired,
    unused: judgement.unused,
    ignored: run.ignored ?? [],
    skipped: run.skipped,
    notes: run.notes ?? [],
    ...run.more,
  };
}

function problemOf(
  { command, skipped }: SecurityRun,
  { refused, expired }: SecurityJudgement,
  { isRequired }: TypedSecurityOptions,
): ToolError | null {
  if (refused.length > 0) {
    const late = expired.length === 0 ? '' : ` ${counted(expired.length, 'exception')} for it ended.`;
    return new ToolError(
      'SECURITY_FOUND',
      `${counted(refused.length, 'finding')} not allowed by the policy.${late}`,
      {
        hint: 'Fix it, or accept it for a limited time in ci.security.exceptions, with a reason and a last day (docs/guide/security.md).',
      },
    );
  }
  if (!isRequired || skipped.length === 0) return null;
  return new ToolError('SECURITY_INCOMPLETE', `${skipped.join(' ')} It is required here.`, {
    hint: `Make the check possible, or run without --require: glidepath ${command}`,
  });
}
