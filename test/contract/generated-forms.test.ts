import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResolvedProject } from '../../src/config/resolved.ts';
import { generateFiles } from '../../src/emit/generate-files.ts';
import { lintFiles } from '../../src/workflows/lint-files.ts';
import { checkSyntax } from '../../src/workflows/syntax/check-syntax.ts';
import { anyGithubProject } from '../support/any-github-project.ts';

/** What GitHub's own language service, and the audits of `github lint`, say of the files of a project. */
async function saidOf(of: ResolvedProject): Promise<string[]> {
  const project = { ...of, github: { ...of.github, workflows: true } };
  const files = generateFiles(project, { version: '1.2.3' });
  const sources = files.map(({ path, content }) => ({ path, text: content }));
  const outside = await checkSyntax(sources);
  return [true, false].flatMap((isPedantic) =>
    lintFiles(sources, { isPedantic, outside }).flatMap((report) =>
      [...report.findings, ...report.mistakes].map((found) => JSON.stringify(found)),
    ),
  );
}

test('the files that any project is given have no finding, whether or not somebody is pedantic', async () => {
  await fc.assert(
    fc.asyncProperty(anyGithubProject, async (any) => {
      expect(await saidOf(any)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
