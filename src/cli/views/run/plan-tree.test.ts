import { describe, expect, test } from 'vitest';
import { shop } from '../../../../test/support/projects.ts';
import type { Trigger } from '../../../plan/plan.ts';
import { planTrigger } from '../../../plan/plan-trigger.ts';
import { renderPlanTree } from './plan-tree.ts';
import { visibleWidth } from '../text/table.ts';

const plan = (trigger: Trigger) => planTrigger(shop(), trigger, { environments: {} });
const push = plan({ kind: 'push', branch: 'main' });

describe('renderPlanTree', () => {
  test('draws steps that run side by side under one number', () => {
    const tree = renderPlanTree(plan({ kind: 'pull-request', number: 42, action: 'closed' }), {
      color: false,
      width: 110,
    });
    expect(tree).toMatchInlineSnapshot(`
      "pr 42 closed · shop

      review  destroy pull request 42  lock shop/review/pr-42
        review listens to pullRequest(): a closed one leaves nothing behind.
        After a failure the rest stays; running it again continues from there.

         1 ┬ ✕ Destroy api            pull request 42 is closed: shop-api-pr-42 goes with all that runs of it
           ├ ✕ Destroy web            pull request 42 is closed: shop-web-pr-42 goes with all that runs of it
           └ ✕ Destroy mailer         pull request 42 is closed: shop-mailer-pr-42 goes with all that runs of it
         2 ─ ✕ Destroy database main  databases.main of review is ephemeral: shop-pr-42-db goes with its environment
         3 ─ ○ Report                 says that review/pr-42 is gone, and closes every status that was opened

      5 steps, 4 of them change something.
      ✕ removes · ○ looks
      "
    `);
  });

  test.each([40, 60, 80, 100, 200])('no line is wider than %i columns, nor ends in a space', (width) => {
    for (const line of renderPlanTree(push, { color: false, width }).split('\n')) {
      expect(visibleWidth(line), line).toBeLessThanOrEqual(width);
      expect(line).toBe(line.trimEnd());
    }
  });

  test.each([40, 100])('colours change nothing but the colour at %i columns', (width) => {
    const coloured = renderPlanTree(push, { color: true, width });
    const plain = renderPlanTree(push, { color: false, width });
    expect(plain).not.toContain('\u001B');
    expect(coloured).toContain('\u001B');
    // oxlint-disable-next-line no-control-regex -- the escape sequences of colours are control characters
    expect(coloured.replaceAll(/\u001B\[\d+m/g, '')).toBe(plain);
  });

  test.each([40, 100])('shows every title and every word of every reason at %i columns', (width) => {
    const text = renderPlanTree(push, { color: false, width });
    for (const step of push.deployments.flatMap((deployment) => deployment.steps)) {
      expect(text).toContain(step.title);
      for (const word of step.reason.split(' ')) expect(text).toContain(word);
    }
  });

  test('says so when there is nothing to do', () => {
    const nothing = plan({ kind: 'push', branch: 'feature' });
    expect(renderPlanTree(nothing, { color: false, width: 100 })).toBe(
      'push feature · shop\n\n  Nothing to do: no environment listens to it.\n',
    );
  });
});
