import type { GeneratedFile } from '../generated-file.ts';
import { approvalsWorkflow } from './approvals-workflow.ts';
import { cacheActionFiles } from './cache-action.ts';
import { ciWorkflow } from './ci-workflow.ts';
import { dependabotFile } from './dependabot-file.ts';
import { deployWorkflows } from './deploy-workflow.ts';
import { operationsWorkflow } from './operations-workflow.ts';
import { releaseWorkflow } from './release-workflow.ts';
import { reviewWorkflow } from './review-workflow.ts';
import type { WorkflowContext } from './workflow-context.ts';

/** Every file that GitHub reads, in the order in which a commit meets them; none where the project wants none. */
export function githubFiles(context: WorkflowContext): readonly GeneratedFile[] {
  const workflows = context.project.github.workflows
    ? [
        ...ciWorkflow(context),
        ...cacheActionFiles(context),
        ...reviewWorkflow(context),
        ...deployWorkflows(context),
        ...approvalsWorkflow(context),
        ...operationsWorkflow(context),
        ...releaseWorkflow(context),
      ]
    : [];
  return [...workflows, ...dependabotFile(context)];
}
