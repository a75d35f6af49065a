import { readFileSync } from 'node:fs';
import { closestName } from '../../config/did-you-mean.ts';
import { ERROR_CODES, EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { ownDocument } from '../../util/own-file.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { renderPage } from '../views/text/page.ts';

/** `glidepath explain CODE`: the page of an error, from the package itself. Throws CLI_USAGE for a code that there is not. */
export async function explain({ output }: CommandContext, typed: string): Promise<ExitCode> {
  const code = typed.toUpperCase();
  if (!Object.hasOwn(ERROR_CODES, code)) throw unknownCode(typed, code);
  const page = readFileSync(ownDocument(`errors/${code}.md`), 'utf8');
  if (output.json) writeJson(output, { code, page });
  else output.write(renderPage(page, output));
  return EXIT.ok;
}

function unknownCode(typed: string, code: string): ToolError {
  const near = closestName(code, Object.keys(ERROR_CODES));
  return new ToolError('CLI_USAGE', `There is no error code "${typed}".`, {
    hint:
      near === null
        ? 'The code is the last line of an error, as in: CHECK_FAILED · glidepath explain CHECK_FAILED'
        : `Did you mean: glidepath explain ${near}`,
  });
}
