import { spawn } from 'node:child_process';
import { checkScripts } from '../../src/cli/workflows/check-scripts.ts';
import { lintFiles } from '../../src/workflows/lint-files.ts';
import type { SourceFile } from '../../src/workflows/read/source-file.ts';
import { checkSyntax } from '../../src/workflows/syntax/check-syntax.ts';

/** Everything that `glidepath github lint` finds, as `rule file:line message`; what is no YAML as `yaml`. Where only one was changed, bash and the language service look at that one. */
export async function lintWorkflows(
  sources: readonly SourceFile[],
  { isPedantic = false, changed }: { readonly isPedantic?: boolean; readonly changed?: string } = {},
): Promise<readonly string[]> {
  const paths = sources
    .map(({ path }) => path)
    .filter((path) => changed === undefined || path.endsWith(`/${changed}`));
  const asked = new Set(paths);
  const scripts = await checkScripts(
    spawn,
    sources.filter(({ path }) => asked.has(path)),
  );
  if (!scripts.hasBash) throw new Error('there is no bash here');
  const outside = [...(await checkSyntax(sources, asked)), ...scripts.found];
  return lintFiles(sources, { isPedantic, outside }).flatMap(({ file, findings, mistakes }) => [
    ...mistakes.map(({ line, message }) => `yaml ${file}:${line} ${message}`),
    ...findings.map(({ rule, line, message }) => `${rule} ${file}:${line} ${message}`),
  ]);
}
