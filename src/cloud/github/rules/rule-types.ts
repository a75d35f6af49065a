/** The rules that are held to here. Every other one would be believed to hold and would not. */
export const ENFORCED_RULES: ReadonlySet<string> = new Set([
  'creation',
  'update',
  'deletion',
  'non_fast_forward',
  'pull_request',
  'required_status_checks',
  'merge_queue',
]);

/** Parameters that GitHub wants said, by the type of the rule (REST, "create a repository ruleset"). */
export const REQUIRED_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  pull_request: [
    'dismiss_stale_reviews_on_push',
    'require_code_owner_review',
    'require_last_push_approval',
    'required_approving_review_count',
    'required_review_thread_resolution',
  ],
  required_status_checks: ['required_status_checks', 'strict_required_status_checks_policy'],
  merge_queue: [
    'check_response_timeout_minutes',
    'grouping_strategy',
    'max_entries_to_build',
    'max_entries_to_merge',
    'merge_method',
    'min_entries_to_merge',
    'min_entries_to_merge_wait_minutes',
  ],
};

/** All that GitHub knows (REST, "repository rules"). */
export const KNOWN_RULES: ReadonlySet<string> = new Set([
  ...ENFORCED_RULES,
  'required_linear_history',
  'required_deployments',
  'required_signatures',
  'commit_message_pattern',
  'commit_author_email_pattern',
  'committer_email_pattern',
  'branch_name_pattern',
  'tag_name_pattern',
  'file_path_restriction',
  'max_file_path_length',
  'file_extension_restriction',
  'max_file_size',
  'workflows',
  'code_scanning',
  'copilot_code_review',
]);
