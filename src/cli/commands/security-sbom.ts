import { resolve } from 'node:path';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeFileIn } from '../security/finish-security.ts';
import { makeSbom } from '../security/make-sbom.ts';
import { openSecurity } from '../security/security-work.ts';
import { counted } from '../views/text/counted.ts';

/** What was typed behind `security sbom`. */
export interface TypedSbomOptions {
  /** `--output FILE`; standard output otherwise. */
  readonly file: string | null;
  readonly isRequired: boolean;
}

/** `glidepath security sbom`: everything that the project is made of, as CycloneDX 1.6. */
export async function securitySbom(context: CommandContext, typed: TypedSbomOptions): Promise<ExitCode> {
  const work = await openSecurity(context);
  const { text, packages, locks, skipped } = await makeSbom(work, context.env);
  for (const each of skipped) context.output.error(`! NOT CHECKED: ${each}\n`);
  if (typed.file === null) context.output.write(text);
  else {
    writeFileIn(resolve(context.cwd, typed.file), text);
    const said = `${counted(packages, 'package')} of ${counted(locks, 'lock file')} in ${typed.file}`;
    if (context.output.json)
      context.output.write(`${JSON.stringify({ file: typed.file, packages, locks, skipped })}\n`);
    else context.output.write(`✓ ${said}\n`);
  }
  if (typed.isRequired && skipped.length > 0)
    throw new ToolError('SECURITY_INCOMPLETE', `${skipped.join(' ')} It is required here.`, {
      hint: 'Recreate the lock file with its package manager, or omit --require.',
    });
  return EXIT.ok;
}
