import { expect, test } from 'vitest';
import { environment, project, shop, worker } from '../../../../test/support/projects.ts';
import type { Plan } from '../../../plan/plan.ts';
import { planTrigger } from '../../../plan/plan-trigger.ts';
import { renderPlanMermaid } from './plan-mermaid.ts';

test('every step is a node in the box of its environment, and every need an arrow', () => {
  const plan = planTrigger(
    shop(),
    { kind: 'pull-request', number: 42, action: 'closed' },
    { environments: {} },
  );
  expect(renderPlanMermaid(plan)).toMatchInlineSnapshot(`
    "flowchart TD
      trigger(["pr 42 closed"])
      subgraph e1["review · destroy pull request 42"]
        direction TB
        e1_destroy_app_api["Destroy api"]:::removal
        e1_destroy_app_web["Destroy web"]:::removal
        e1_destroy_app_mailer["Destroy mailer"]:::removal
        e1_destroy_database_main["Destroy database main"]:::removal
        e1_report("Report"):::look
        e1_destroy_app_api --> e1_destroy_database_main
        e1_destroy_app_web --> e1_destroy_database_main
        e1_destroy_app_mailer --> e1_destroy_database_main
        e1_destroy_database_main --> e1_report
      end
      trigger --> e1_destroy_app_api
      trigger --> e1_destroy_app_web
      trigger --> e1_destroy_app_mailer
      classDef question fill:#fff7e0,stroke:#b7791f,color:#1a202c
      classDef change fill:#e6ffed,stroke:#2f855a,color:#1a202c
      classDef look fill:#ebf8ff,stroke:#2b6cb0,color:#1a202c
      classDef removal fill:#fff5f5,stroke:#c53030,color:#1a202c
    "
  `);
});

test('two environments have a box each, and no node of one is called like a node of the other', () => {
  const on = [{ kind: 'push', branch: 'main' }] as const;
  const both = project([
    environment('east', { apps: [worker('w')], on }),
    environment('west', { apps: [worker('w')], on }),
  ]);
  const text = renderPlanMermaid(planTrigger(both, { kind: 'push', branch: 'main' }, { environments: {} }));
  expect(text.match(/subgraph e\d/g)).toEqual(['subgraph e1', 'subgraph e2']);
  const nodes = [...text.matchAll(/^ {4}(\w+)[{[(]/gm)].map((match) => match[1]);
  expect(new Set(nodes).size).toBe(nodes.length);
});

test('names that would be one id, or that Mermaid would read as its own, stay apart and quoted', () => {
  const step = {
    needs: [],
    reason: 'r',
    mutates: false,
    undo: null,
    timeoutMs: 1,
    action: { kind: 'verify' },
  } as const;
  const plan: Plan = {
    version: 1,
    project: 'shop',
    trigger: { kind: 'push', branch: 'fix/"#1"<b>' },
    deployments: [
      {
        environment: 'end',
        pullRequest: null,
        action: 'deploy',
        lockKey: 'shop/end',
        reason: 'r',
        notes: [],
        rollbackOnFailure: true,
        steps: [
          { ...step, id: 'deploy:a-b', title: 'end' },
          { ...step, id: 'deploy:a.b', title: '`x`; y --> z' },
        ],
      },
    ],
  };
  const text = renderPlanMermaid(plan);
  expect(text).toContain('trigger(["push fix/#quot;#35;1#quot;#lt;b#gt;"])');
  expect(text).toContain('    e1_deploy_a_b("end"):::look');
  expect(text).toContain('    e1_deploy_a_b_2("#96;x#96;; y --#gt; z"):::look');
});

test('a plan without a deployment is one node that says so', () => {
  const plan = planTrigger(shop(), { kind: 'push', branch: 'feature' }, { environments: {} });
  expect(renderPlanMermaid(plan)).toBe(
    'flowchart TD\n  nothing["No environment of shop listens to push feature"]\n',
  );
});

test('a plan that is carried out shows how each step stands, by colour and by sign', () => {
  const plan = planTrigger(
    shop(),
    { kind: 'pull-request', number: 42, action: 'closed' },
    { environments: {} },
  );
  const text = renderPlanMermaid(plan, {
    'destroy-app:api': 'succeeded',
    'destroy-app:web': 'failed',
    'destroy-app:mailer': 'undone',
  });
  expect(text).toContain('e1_destroy_app_api["✓ Destroy api"]:::done');
  expect(text).toContain('e1_destroy_app_web["✗ Destroy web"]:::failed');
  expect(text).toContain('e1_destroy_app_mailer["↺ Destroy mailer"]:::undone');
  expect(text).toContain('e1_report("Report"):::pending');
  expect(text).toContain('classDef done');
  expect(text).not.toContain('classDef removal');
});
