/** Actions whose repository is archived: nobody mends them any more (as of August 2026). */
export const ARCHIVED_ACTIONS: ReadonlySet<string> = new Set([
  'actions/create-release',
  'actions/upload-release-asset',
  'actions/setup-ruby',
  'actions/setup-elixir',
  'actions/setup-haskell',
  'actions-rs/cargo',
  'actions-rs/toolchain',
  'actions-rs/clippy-check',
  'actions-rs/audit-check',
  'jetpack-io/devbox-install-action',
  'mheap/github-action-required-labels',
  'repo-sync/github-sync',
  'machine-learning-apps/actions-ml-cicd',
  '8398a7/action-slack',
  'peter-evans/close-pull',
]);

/** What gh does as well, which is on every runner that GitHub hosts. */
export const SUPERFLUOUS_ACTIONS: ReadonlyMap<string, string> = new Map([
  ['softprops/action-gh-release', 'gh release create'],
  ['ncipollo/release-action', 'gh release create'],
  ['svenstaro/upload-release-action', 'gh release upload'],
  ['peter-evans/create-pull-request', 'gh pr create'],
  ['peter-evans/create-or-update-comment', 'gh pr comment'],
  ['thollander/actions-comment-pull-request', 'gh pr comment'],
  ['marocchino/sticky-pull-request-comment', 'gh pr comment --edit-last'],
  ['addnab/docker-run-action', 'docker run'],
  ['dacbd/create-issue-action', 'gh issue create'],
  ['actions-ecosystem/action-add-labels', 'gh pr edit --add-label'],
]);

/** Versions that strangers’ code got into, or that can be made to run it: the advisory, and what of them is bad. */
export const VULNERABLE_ACTIONS: readonly {
  readonly repository: string;
  readonly advisory: string;
  readonly ref: RegExp;
  readonly mend: string;
}[] = [
  {
    repository: 'tj-actions/changed-files',
    advisory: 'CVE-2025-30066',
    ref: /^v?([1-9]|[123]\d|4[0-5])(\.|$)|^v?46$|^v?46\.0\.0$/,
    mend: 'Ask git: git diff --name-only "$BASE"...HEAD',
  },
  {
    repository: 'reviewdog/action-setup',
    advisory: 'CVE-2025-30154',
    ref: /^v1(\.[0-3](\.|$)|$)/,
    mend: 'Use v1.4.0 or later, by its commit.',
  },
  {
    repository: 'tj-actions/branch-names',
    advisory: 'CVE-2023-49291',
    ref: /^v?[1-7](\.0(\.[0-6])?)?$/,
    mend: 'Read github.head_ref through env.',
  },
  {
    repository: 'actions/download-artifact',
    advisory: 'CVE-2024-42471',
    ref: /^v4(\.0(\.\d+)?|\.1(\.[0-6])?)$/,
    mend: 'Use v4.1.7 or later, by its commit.',
  },
];

/** Well-known actions, against which a name is held that nearly says one of them. */
export const KNOWN_ACTIONS: readonly string[] = [
  'actions/checkout',
  'actions/cache',
  'actions/setup-node',
  'actions/setup-python',
  'actions/setup-go',
  'actions/setup-java',
  'actions/setup-dotnet',
  'actions/upload-artifact',
  'actions/download-artifact',
  'actions/github-script',
  'actions/create-github-app-token',
  'docker/build-push-action',
  'docker/login-action',
  'docker/setup-buildx-action',
  'docker/setup-qemu-action',
  'docker/metadata-action',
  'erlef/setup-beam',
  'pnpm/action-setup',
  'superfly/flyctl-actions',
  'superfly/fly-pr-review-apps',
  'neondatabase/create-branch-action',
  'neondatabase/delete-branch-action',
  'codecov/codecov-action',
  'github/codeql-action',
  'aws-actions/configure-aws-credentials',
  'google-github-actions/auth',
  'ruby/setup-ruby',
  'astral-sh/setup-uv',
  'oven-sh/setup-bun',
];

/** Newest majors that still run on Node versions GitHub has taken away: 12 and 16 (changelog, 2023 and 2024). */
export const OUTDATED_MAJORS: ReadonlyMap<string, number> = new Map([
  ['actions/checkout', 3],
  ['actions/setup-node', 3],
  ['actions/setup-python', 4],
  ['actions/setup-go', 4],
  ['actions/setup-java', 3],
  ['actions/cache', 3],
  ['actions/upload-artifact', 3],
  ['actions/download-artifact', 3],
  ['actions/github-script', 6],
  ['docker/build-push-action', 4],
  ['docker/setup-buildx-action', 2],
  ['docker/login-action', 2],
]);
