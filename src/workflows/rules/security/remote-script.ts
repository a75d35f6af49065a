import { findIn, inWorkflow, ofCommands } from '../check.ts';
import type { WorkflowRule } from '../rule.ts';

const run = (script: string): string =>
  `on: push\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    environment: production\n    steps:\n      - run: ${script}\n`;

/** What is fetched goes into a shell: by a pipe, `<(…)`, or `$(…)` behind -c. */
const PIPED = /\b(?:curl|wget)\b[^\n|;&]*\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:ba|z|da)?sh\b/g;
const SUBSTITUTED = /\b(?:ba|z|da)?sh\s+(?:-c\s+)?["']?(?:<|\$)\(\s*(?:curl|wget)\b/g;

/** It is another one tomorrow. */
export const remoteScript: WorkflowRule = {
  id: 'remote-script',
  title: 'A script of the network that runs unseen',
  severity: 'warning',
  persona: 'regular',
  what: '`curl … | sh`, `bash <(curl …)` and their like in steps of GitHub workflows.',
  why: 'Whoever controls the server, or the name it is found by, runs what they want in the job, with its secrets. It may be another script in every run.',
  hint: 'Use an action at a commit; or fetch one version, compare its checksum (sha256sum --check), and run that.',
  bad: inWorkflow(run('curl -L https://example.com/install.sh | sh')),
  good: inWorkflow(
    run(
      'curl -fsSLo tool https://example.com/tool-1.2.3 && echo "$TOOL_SHA256  tool" | sha256sum --check && sh tool',
    ),
  ),
  check: ofCommands((text) =>
    text.step === null
      ? []
      : [PIPED, SUBSTITUTED].flatMap((pattern) =>
          findIn(text, pattern).map(({ start, end }) => ({
            at: { start, end },
            message: 'Nobody has seen what runs here, and it can change at any time.',
          })),
        ),
  ),
};
