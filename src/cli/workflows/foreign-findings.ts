import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { authorshipOf } from '../../emit/stamp.ts';
import type { SourceFile } from '../../workflows/read/source-file.ts';
import { counted } from '../views/text/counted.ts';

const FOLDER = '.github/workflows';

/**
 * A line about GitHub workflows of a repository that are not as Glidepath wrote them, where errors or warnings are found in
 * them; null where there is nothing to be said. The linter is loaded only where there is such a workflow.
 */
export async function foreignFindings(root: string): Promise<string | null> {
  const sources = workflowsOf(root);
  const foreign = sources.filter(({ text }) => authorshipOf(text) !== 'unedited').map(({ path }) => path);
  if (foreign.length === 0) return null;
  const { lintRepository } = await import('./lint-repository.ts');
  const { reports } = await lintRepository({ sources, asked: new Set(foreign) }, { isPedantic: false });
  const faulty = reports
    .map(({ file, findings, mistakes }) => ({
      file,
      count: mistakes.length + findings.filter(({ severity }) => severity !== 'advice').length,
    }))
    .filter(({ count }) => count > 0);
  if (faulty.length === 0) return null;
  const sum = faulty.reduce((all, { count }) => all + count, 0);
  const files = faulty.map(({ file }) => file).join(' ');
  const which = faulty.length === 1 ? 'a GitHub workflow' : counted(faulty.length, 'GitHub workflow');
  return `${counted(sum, 'finding')} in ${which} of your own: glidepath github lint ${files}`;
}

function workflowsOf(root: string): readonly SourceFile[] {
  const folder = join(root, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map(({ name }) => ({ path: `${FOLDER}/${name}`, text: readFileSync(join(folder, name), 'utf8') }));
}
