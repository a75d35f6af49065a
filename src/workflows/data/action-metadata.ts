/** What an action takes and gives: names, as its action.yml has them. `!` is behind what must be given. */
export interface ActionFacts {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Read from the repositories of the actions in August 2026. */
const FACTS: Readonly<Record<string, readonly [inputs: string, outputs: string]>> = {
  'actions/checkout': [
    'repository ref token ssh-key ssh-known-hosts ssh-strict ssh-user persist-credentials path clean filter sparse-checkout ' +
      'sparse-checkout-cone-mode fetch-depth fetch-tags show-progress lfs submodules set-safe-directory github-server-url ' +
      'allow-unsafe-pr-checkout',
    'ref commit',
  ],
  'actions/setup-node': [
    'node-version node-version-file architecture check-latest registry-url scope token cache package-manager-cache ' +
      'cache-dependency-path mirror mirror-token always-auth',
    'cache-hit cache-primary-key cache-matched-key node-version',
  ],
  'actions/cache': [
    'path! key! restore-keys upload-chunk-size enableCrossOsArchive fail-on-cache-miss lookup-only save-always',
    'cache-hit cache-primary-key cache-matched-key',
  ],
  'actions/cache/restore': [
    'path! key! restore-keys enableCrossOsArchive fail-on-cache-miss lookup-only',
    'cache-hit cache-primary-key cache-matched-key',
  ],
  'actions/cache/save': ['path! key! upload-chunk-size enableCrossOsArchive', ''],
  'actions/upload-artifact': [
    'name path! if-no-files-found retention-days compression-level overwrite include-hidden-files archive',
    'artifact-id artifact-url artifact-digest',
  ],
  'actions/download-artifact': [
    'name artifact-ids path pattern merge-multiple github-token repository run-id skip-decompress digest-mismatch',
    'download-path artifacts',
  ],
  'github/codeql-action/upload-sarif': [
    'sarif_file checkout_path ref sha token matrix category wait-for-processing',
    'sarif-id sarif-ids',
  ],
  'actions/github-script': [
    'script! github-token debug user-agent previews result-encoding retries retry-exempt-status-codes base-url',
    'result',
  ],
  'docker/setup-buildx-action': [
    'version driver driver-opts buildkitd-flags buildkitd-config buildkitd-config-inline use name endpoint platforms append ' +
      'keep-state cache-binary cleanup',
    'name driver platforms nodes endpoint status flags',
  ],
  'docker/build-push-action': [
    'add-hosts allow annotations attests build-args build-contexts builder cache-from cache-to call cgroup-parent context file ' +
      'labels load network no-cache no-cache-filters outputs platforms provenance pull push sbom secrets secret-envs ' +
      'secret-files shm-size ssh tags target ulimit github-token',
    'imageid digest metadata',
  ],
  'erlef/setup-beam': [
    'github-token otp-version otp-architecture elixir-version gleam-version install-hex install-rebar rebar3-version version-type ' +
      'disable_problem_matchers version-file hexpm-mirrors',
    'elixir-version otp-version gleam-version rebar3-version setup-beam-version',
  ],
  'pnpm/action-setup': [
    'version dest run_install package_json_file standalone cache cache_dependency_path',
    'dest bin_dest',
  ],
  'superfly/flyctl-actions/setup-flyctl': ['version', ''],
};

/** What is known of an action by `owner/name` or `owner/name/path`; null of others. */
export function actionFacts(name: string): ActionFacts | null {
  const facts = FACTS[name.toLowerCase()];
  if (facts === undefined) return null;
  const [inputs, outputs] = facts;
  return { inputs: inputs.split(' '), outputs: outputs.split(' ').filter((each) => each !== '') };
}
