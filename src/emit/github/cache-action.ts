import type { GeneratedFile } from '../generated-file.ts';
import { stamped } from '../stamp.ts';
import { writeYaml } from '../yaml/write-yaml.ts';
import { comment } from './comment.ts';
import type { WorkflowContext } from './workflow-context.ts';

/** Where the action lies: a path for `uses`, from the root of the repository. */
export const CACHE_ACTION = '.github/actions/glidepath-cache';

/**
 * GitHub's cache service is only told to actions (actions/runner, NodeScriptActionHandler), and not to what `run` starts:
 * this one passes on what it was told. Runs as a module of either kind, for package.json at the root decides which it is.
 */
const PROGRAM = `const NAMES = ['ACTIONS_RESULTS_URL', 'ACTIONS_RUNTIME_TOKEN', 'ACTIONS_CACHE_SERVICE_V2'];

import('node:fs').then(({ appendFileSync }) => {
  const token = process.env.ACTIONS_RUNTIME_TOKEN;
  if (token) console.log(\`::add-mask::\${token}\`);
  for (const name of NAMES) {
    const value = process.env[name];
    if (value) appendFileSync(process.env.GITHUB_ENV, \`\${name}=\${value}\\n\`);
  }
});
`;

/** The action that lets the checks reach the cache of GitHub; none where it is not used. */
export function cacheActionFiles({ project }: WorkflowContext): readonly GeneratedFile[] {
  if (project.cache.remote?.kind !== 'github') return [];
  const reason = 'Lets the checks on GitHub find what earlier ones made.';
  const about =
    "Passes on the address and token of GitHub's cache: GitHub gives them to actions, not to commands. The checks themselves never see them.";
  return [
    {
      path: `${CACHE_ACTION}/action.yml`,
      content: stamped(
        `${comment(about)}\n${writeYaml({
          name: 'Glidepath cache',
          description: "Gives later steps access to GitHub's cache",
          runs: { using: 'node24', main: 'pass-on.js' },
        })}`,
      ),
      reason,
    },
    { path: `${CACHE_ACTION}/pass-on.js`, content: stamped(PROGRAM, { comment: 'slash' }), reason },
  ];
}
