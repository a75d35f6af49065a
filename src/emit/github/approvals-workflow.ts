import type { GeneratedFile } from '../generated-file.ts';
import { noted } from '../yaml/yaml-data.ts';
import { approvalOf } from './approval.ts';
import { allOf, expression, quoted } from './expressions.ts';
import { job } from './job.ts';
import { glidepathStep, JOB_TOKEN, setupSteps } from './steps.ts';
import type { WorkflowContext } from './workflow-context.ts';
import { workflowFile } from './workflow-file.ts';
import { zizmorIgnore } from './zizmor-ignore.ts';

const COMMENT_MINUTES = 10;

/** `approvals.yml`, where somebody approves by a comment. */
export function approvalsWorkflow(context: WorkflowContext): readonly GeneratedFile[] {
  const isAsked = context.project.environments.some(
    (environment) => approvalOf(environment)?.by === 'comment',
  );
  if (!isAsked) return [];
  const issue = expression('github.event.issue.number');
  return [
    workflowFile({
      file: 'approvals.yml',
      name: 'Approvals',
      about:
        'Reads "/glidepath approve" and similar comments on a pull request or on the issue of a deployment. It has no secrets and runs only the file and the code of the main branch, whoever comments: all it can do is start a deployment that waits.',
      on: {
        issue_comment: noted(
          { types: ['created'] },
          { beside: zizmorIgnore('dangerous-triggers', 'no secrets, and only code of the main branch') },
        ),
      },
      jobs: {
        comment: job(context, {
          name: 'Comment',
          if: allOf([
            `startsWith(github.event.comment.body, ${quoted('/glidepath ')})`,
            "github.event.comment.user.type != 'Bot'",
          ]),
          timeoutMinutes: COMMENT_MINUTES,
          grants: [
            { scope: 'actions', access: 'write', why: 'starts the deployment that waits' },
            { scope: 'deployments', access: 'write', why: 'finds what waits, records the approval' },
            { scope: 'issues', access: 'write', why: 'answers the comment' },
            { scope: 'pull-requests', access: 'write', why: 'answers on a pull request' },
          ],
          // With one place to wait, a comment that comes while two others are read would be lost.
          concurrency: { group: `approvals-${issue}`, queue: 'max', 'cancel-in-progress': false },
          steps: [
            ...setupSteps(context, { hasHistory: true, hasElixir: false }),
            glidepathStep(context, {
              name: 'Read and answer the comment',
              env: JOB_TOKEN,
              command: 'github comment',
            }),
          ],
        }),
      },
      reason: 'Approvals by comment on GitHub.',
    }),
  ];
}
