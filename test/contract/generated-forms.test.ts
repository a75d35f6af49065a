import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResolvedProject } from '../../src/config/resolved.ts';
import { githubFiles } from '../../src/emit/github/github-files.ts';
import { lintFiles } from '../../src/workflows/lint-files.ts';
import { checkSyntax } from '../../src/workflows/syntax/check-syntax.ts';
import { anyGithubProject } from '../support/any-github-project.ts';

/** What GitHub's own language service, and the audits of `github lint`, say of the files of a project. */
async function saidOf(of: ResolvedProject): Promise<string[]> {
  const context = { project: { ...of, github: { ...of.github, workflows: true } }, version: '1.2.3' };
  const sources = githubFiles(context).map(({ path, content }) => ({ path, text: content }));
  const outside = await checkSyntax(sources);
  return lintFiles(sources, { isPedantic: true, outside }).flatMap((report) =>
    [...report.findings, ...report.mistakes].map((found) => JSON.stringify(found)),
  );
}

test('the GitHub workflows of any project have no finding, not even a pedantic one', async () => {
  await fc.assert(
    fc.asyncProperty(anyGithubProject, async (any) => {
      expect(await saidOf(any)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
