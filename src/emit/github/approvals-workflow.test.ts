import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { approvalGate, environment, flyApp, project } from '../../../test/support/projects.ts';
import { approvalsWorkflow } from './approvals-workflow.ts';

test('no comment is lost while others are read: as many wait as GitHub lets wait', () => {
  const live = environment('live', { apps: [flyApp('web')], gates: [approvalGate()] });
  const [file] = approvalsWorkflow({ project: project([live]), version: '1.2.3' });
  const { jobs } = parse(file?.content ?? '') as { jobs: { comment: { concurrency: object } } };
  expect(jobs.comment.concurrency).toEqual({
    group: 'approvals-${{ github.event.issue.number }}',
    queue: 'max',
    'cancel-in-progress': false,
  });
});
