import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { environment, flyApp, project, resolvedCheck } from '../../../test/support/projects.ts';
import { ciWorkflow } from './ci-workflow.ts';

interface Step {
  readonly uses?: string;
  readonly with?: { readonly 'fetch-depth'?: number };
}

interface Job {
  readonly name: string;
  readonly steps: readonly Step[];
}

test('a check that tells of coverage has the history by which the coverage of a change is known', () => {
  const reports = { junit: [], coverage: ['lcov.info'], sarif: [], sbom: [] };
  const checks = [resolvedCheck('lint'), resolvedCheck('test', { reports })];
  const of = project([environment('live', { apps: [flyApp('web')] })], { checks });
  const [file] = ciWorkflow({ project: of, version: '1.2.3' });
  const { jobs } = parse(file?.content ?? '') as { jobs: Readonly<Record<string, Job>> };
  const depth = (job: string): number | undefined =>
    Object.values(jobs)
      .find(({ name }) => name === job)
      ?.steps.find(({ uses }) => uses?.startsWith('actions/checkout'))?.with?.['fetch-depth'];
  expect(depth('test')).toBe(0);
  expect(depth('lint')).toBeUndefined();
});
