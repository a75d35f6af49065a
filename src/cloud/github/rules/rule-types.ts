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
