import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { renderPlanMermaid } from '../../src/cli/views/run/plan-mermaid.ts';
import { renderPlanTree } from '../../src/cli/views/run/plan-tree.ts';
import { loadProject } from '../../src/config/load-project.ts';
import type { ResolvedProject } from '../../src/config/resolved.ts';
import { explainNoMatch } from '../../src/plan/explain-no-match.ts';
import type { Plan, Trigger } from '../../src/plan/plan.ts';
import { planTrigger } from '../../src/plan/plan-trigger.ts';
import { isDiagnostic, parseTrigger } from '../../src/plan/trigger.ts';

const TRIGGERS = [
  'push main',
  'push staging',
  'push production',
  'push prod',
  'tag v1.2.0',
  'pr 42 opened',
  'pr 42 closed',
  'deploy production',
];

/** Files of one snapshot: `reify/tag-v1.2.0.txt`, `.json` and `.mmd`. */
function golden(example: string, trigger: string, ext: string): string {
  return `./plan/${example}/${trigger.replaceAll(' ', '-')}.${ext}`;
}

function triggerOf(words: string): Trigger {
  const trigger = parseTrigger(words.split(' '));
  if (isDiagnostic(trigger)) throw new Error(trigger.message);
  return trigger;
}

describe.each(['reify', 'gatherly', 'atlaris', 'microbima'])('the plans of examples/%s', (example) => {
  let project: ResolvedProject;
  beforeAll(async () => {
    const cwd = fileURLToPath(new URL(`../../examples/${example}`, import.meta.url));
    ({ project } = await loadProject({ cwd }));
  });

  test.each(TRIGGERS)('%s', async (words) => {
    const trigger = triggerOf(words);
    const plan: Plan = planTrigger(project, trigger, { environments: {} });
    if (plan.deployments.length === 0) {
      const { code, message, hint } = explainNoMatch(project, trigger);
      await expect(`${code}\n${message}\n${hint}\n`).toMatchFileSnapshot(golden(example, words, 'txt'));
      return;
    }
    const tree = renderPlanTree(plan, { color: false, width: 100 });
    await expect(tree).toMatchFileSnapshot(golden(example, words, 'txt'));
    await expect(`${JSON.stringify(plan, null, 2)}\n`).toMatchFileSnapshot(golden(example, words, 'json'));
    await expect(renderPlanMermaid(plan)).toMatchFileSnapshot(golden(example, words, 'mmd'));
  });
});
