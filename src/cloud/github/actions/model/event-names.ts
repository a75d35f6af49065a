/** The name of an event, as `on` and `github.event_name` have it. */
export type EventName =
  | 'branch_protection_rule'
  | 'check_run'
  | 'check_suite'
  | 'create'
  | 'delete'
  | 'deployment'
  | 'deployment_status'
  | 'discussion'
  | 'discussion_comment'
  | 'fork'
  | 'gollum'
  | 'image_version'
  | 'issue_comment'
  | 'issues'
  | 'label'
  | 'merge_group'
  | 'milestone'
  | 'page_build'
  | 'project'
  | 'project_card'
  | 'project_column'
  | 'public'
  | 'pull_request'
  | 'pull_request_comment'
  | 'pull_request_review'
  | 'pull_request_review_comment'
  | 'pull_request_target'
  | 'push'
  | 'registry_package'
  | 'release'
  | 'repository_dispatch'
  | 'schedule'
  | 'status'
  | 'watch'
  | 'workflow_call'
  | 'workflow_dispatch'
  | 'workflow_run';

/** Which activity types an event has, and which of them count where none is named. */
export interface EventTypes {
  readonly types: readonly string[];
  readonly defaults?: readonly string[];
}

/**
 * Every event that `on` knows, with its activity types and those that count when `types` is not written (all of them
 * where it does not say). actions/workflow-parser, workflow-v1.0; docs: reference/.../events-that-trigger-workflows.
 */
export const EVENTS: Readonly<Record<EventName, EventTypes>> = {
  branch_protection_rule: { types: ['created', 'edited', 'deleted'] },
  check_run: { types: ['created', 'rerequested', 'completed', 'requested_action'] },
  check_suite: { types: ['completed'] },
  create: { types: [] },
  delete: { types: [] },
  deployment: { types: [] },
  deployment_status: { types: [] },
  discussion: {
    types: [
      'created',
      'edited',
      'deleted',
      'transferred',
      'pinned',
      'unpinned',
      'labeled',
      'unlabeled',
      'locked',
      'unlocked',
      'category_changed',
      'answered',
      'unanswered',
    ],
  },
  discussion_comment: { types: ['created', 'edited', 'deleted'] },
  fork: { types: [] },
  gollum: { types: [] },
  image_version: { types: ['created', 'ready', 'deleted'] },
  issue_comment: { types: ['created', 'edited', 'deleted'] },
  issues: {
    types: [
      'opened',
      'edited',
      'deleted',
      'transferred',
      'pinned',
      'unpinned',
      'closed',
      'reopened',
      'assigned',
      'unassigned',
      'labeled',
      'unlabeled',
      'locked',
      'unlocked',
      'milestoned',
      'demilestoned',
      'field_added',
      'field_removed',
      'typed',
      'untyped',
    ],
  },
  label: { types: ['created', 'edited', 'deleted'] },
  merge_group: { types: ['checks_requested'] },
  milestone: { types: ['created', 'closed', 'opened', 'edited', 'deleted'] },
  page_build: { types: [] },
  project: { types: ['created', 'closed', 'reopened', 'edited', 'deleted'] },
  project_card: { types: ['created', 'moved', 'converted', 'edited', 'deleted'] },
  project_column: { types: ['created', 'updated', 'moved', 'deleted'] },
  public: { types: [] },
  pull_request: {
    types: [
      'assigned',
      'unassigned',
      'labeled',
      'unlabeled',
      'opened',
      'edited',
      'closed',
      'reopened',
      'synchronize',
      'converted_to_draft',
      'locked',
      'unlocked',
      'enqueued',
      'dequeued',
      'milestoned',
      'demilestoned',
      'ready_for_review',
      'review_requested',
      'review_request_removed',
      'auto_merge_enabled',
      'auto_merge_disabled',
      'stacked',
    ],
    defaults: ['opened', 'synchronize', 'reopened'],
  },
  pull_request_comment: { types: ['created', 'edited', 'deleted'] },
  pull_request_review: { types: ['submitted', 'edited', 'dismissed'] },
  pull_request_review_comment: { types: ['created', 'edited', 'deleted'] },
  pull_request_target: {
    types: [
      'assigned',
      'unassigned',
      'labeled',
      'unlabeled',
      'opened',
      'edited',
      'closed',
      'reopened',
      'synchronize',
      'converted_to_draft',
      'locked',
      'unlocked',
      'enqueued',
      'dequeued',
      'milestoned',
      'demilestoned',
      'ready_for_review',
      'review_requested',
      'review_request_removed',
      'auto_merge_enabled',
      'auto_merge_disabled',
      'stacked',
    ],
    defaults: ['opened', 'synchronize', 'reopened'],
  },
  push: { types: [] },
  registry_package: { types: ['published', 'updated'] },
  release: {
    types: ['published', 'unpublished', 'created', 'edited', 'deleted', 'prereleased', 'released'],
  },
  repository_dispatch: { types: [] },
  schedule: { types: [] },
  status: { types: [] },
  watch: { types: ['started'] },
  workflow_call: { types: [] },
  workflow_dispatch: { types: [] },
  workflow_run: { types: ['completed', 'requested', 'in_progress'] },
};
