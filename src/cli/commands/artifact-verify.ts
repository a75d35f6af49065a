import { resolve } from 'node:path';
import { publicKeyName } from '../../artifacts/signing-key.ts';
import { verifyArtifact, type ArtifactVerdict } from '../../artifacts/verify-artifact.ts';
import { ERROR_CODES, EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { counted } from '../views/text/counted.ts';
import { paint } from '../views/text/paint.ts';
import { problemDocument } from '../views/problem.ts';

/** What was typed behind `artifact verify`. */
export interface TypedVerifyOptions {
  readonly key: string | null;
  readonly commit: string | null;
}

/**
 * `glidepath artifact verify DIR`: works without a project, on what somebody else has sent. Throws ARTIFACT_INVALID, which
 * names everything that is not as it was made.
 */
export async function artifactVerify(
  context: CommandContext,
  directory: string,
  typed: TypedVerifyOptions,
): Promise<ExitCode> {
  const { output } = context;
  const key = typed.key === null ? null : publicKeyName(typed.key);
  const verdict = await verifyArtifact(resolve(context.cwd, directory), { key, commit: typed.commit });
  const failed = verdict.problems.length === 0 ? null : invalid(directory, verdict);
  if (output.json) {
    writeJson(output, { ...documentOf(verdict), ...(failed === null ? {} : problemDocument(failed, false)) });
    return failed === null ? EXIT.ok : ERROR_CODES[failed.code].exit;
  }
  if (failed !== null) throw failed;
  output.write(`${lines(directory, verdict, key, output.color).join('\n')}\n`);
  return EXIT.ok;
}

function invalid(directory: string, { problems }: ArtifactVerdict): ToolError {
  const [first] = problems;
  if (problems.every(({ kind }) => kind === 'check'))
    return new ToolError(
      'ARTIFACT_INVALID',
      `${directory} is intact, but not fit for use: ${first?.message ?? ''}`,
      {
        hint: 'Use an export of a run in which every check passed.',
        output: problems.slice(1).map(({ message }) => message),
      },
    );
  const more = problems.length === 1 ? '' : ` ${counted(problems.length - 1, 'more thing')} as well:`;
  return new ToolError(
    'ARTIFACT_INVALID',
    `${directory} failed verification: ${first?.message ?? ''}${more}`,
    {
      hint: 'Do not use it. Get the export again from where it was made.',
      output: problems.slice(1).map(({ message }) => message),
    },
  );
}

function lines(
  directory: string,
  { manifest, signedBy }: ArtifactVerdict,
  key: string | null,
  hasColor: boolean,
): readonly string[] {
  const { green, dim } = paint(hasColor);
  const { files, images, checks } = manifest;
  const missing = checks.flatMap(({ name, verdict }) => (verdict === 'not-run' ? [name] : []));
  const signature =
    signedBy === null
      ? 'not signed: it is complete, but nobody vouches for who made it'
      : key === null
        ? `signed by ${signedBy}; to require this key: --key ${signedBy}`
        : `signed by ${signedBy}`;
  return [
    `${green('✓')} ${directory} is verified: built from ${manifest.project} ${manifest.commit.slice(0, 7)}${manifest.uncommitted ? ', with uncommitted changes' : ''}`,
    `  ${counted(files.length, 'file')}, ${counted(images.length, 'image')}, ${counted(checks.length, 'check')}`,
    ...(missing.length === 0 ? [] : [`  not run when it was made: ${missing.join(', ')}`]),
    ...images.map(({ app, digest }) => dim(`  ${app}  ${digest}`)),
    `  ${signature}`,
  ];
}

function documentOf({ manifest, problems, signedBy }: ArtifactVerdict): object {
  const { project, commit, committedAt, uncommitted, files, images, checks } = manifest;
  return {
    valid: problems.length === 0,
    project,
    commit,
    committedAt,
    uncommitted,
    files: files.length,
    images,
    checks,
    signedBy,
    problems,
  };
}
