import type { RunRecord } from '../store/records.ts';
import { runView } from '../rest/run-view.ts';
import type { ActionsContext } from './actions-context.ts';

/** Tells of a run: hooks, and the GitHub workflows that listen to `workflow_run`. */
export function tellOfRun(
  context: ActionsContext,
  run: RunRecord,
  action: 'requested' | 'in_progress' | 'completed',
): void {
  const { github, store } = context;
  const repository = github.state.find('repositories', run.repositoryId);
  const workflow = store.find('workflows', run.workflowId);
  if (repository === null || workflow === null) return;
  github.state.together(() =>
    github.events.emit({
      name: 'workflow_run',
      action,
      repository,
      sender: run.triggeringActor,
      // A run starts others by workflow_run whoever started it: how far that goes, their depth says.
      cause: 'person',
      payload: {
        workflow_run: runView(context, repository, run),
        workflow: { id: workflow.id, name: workflow.name, path: workflow.path, state: 'active' },
      },
    }),
  );
}
