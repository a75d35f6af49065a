import { afterAll, beforeAll, expect, test } from 'vitest';
import { ActionsRig } from '../support/actions-rig.ts';

let rig: ActionsRig;

beforeAll(async () => {
  rig = await ActionsRig.openWithActions();
});
afterAll(() => rig.stop());

test('the context github and its variables say the ids, the protection of the ref and the check run of the job', async () => {
  const ask = `on: push
jobs:
  it:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "ids=$GITHUB_REPOSITORY_ID,$GITHUB_REPOSITORY_OWNER_ID,$GITHUB_ACTOR_ID protected=$GITHUB_REF_PROTECTED"
          echo "same=\${{ github.repository_id }},\${{ github.repository_owner_id }},\${{ github.actor_id }} \${{ github.ref_protected }}"
          echo "url=\${{ github.repositoryUrl }} check=\${{ job.check_run_id }}"
`;
  const clone = await rig.project({ 'it.yml': ask });
  const [run] = await rig.ended();
  const { body: repository } = await rig.api('GET', '/repos/acme/shop');
  const { body: actor } = await rig.api('GET', '/user');
  const { body: checks } = await rig.api('GET', `/repos/acme/shop/commits/${run?.head_sha}/check-runs`);
  const log = await rig.log(run?.id ?? 0, 'it');
  const ids = `${repository.id},${repository.owner.id},${actor.id}`;
  expect(log).toContain(`ids=${ids} protected=false`);
  expect(log).toContain(`same=${ids} false`);
  const host = new URL(repository.clone_url).host;
  expect(log).toContain(`url=git://${host}/acme/shop.git check=${checks.check_runs[0].id}`);
  const rules = [{ type: 'non_fast_forward' }];
  const conditions = { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } };
  await rig.api('POST', '/repos/acme/shop/rulesets', {
    name: 'main',
    target: 'branch',
    enforcement: 'active',
    conditions,
    rules,
  });
  await clone.commit('a.txt', 'a', 'Second');
  await clone.git('push', '--quiet', 'origin', 'main');
  const second = (await rig.ended()).at(-1);
  expect(await rig.log(second?.id ?? 0, 'it')).toContain(`ids=${ids} protected=true`);
});

test('a run that cannot start says where, why, and what to do', async () => {
  await rig.project(
    {
      'it.yml': 'on: push\njobs:\n  it: { runs-on: ubuntu-latest, container: alpine, steps: [{ run: a }] }\n',
    },
    { name: 'acme/container' },
  );
  const [run] = await rig.ended('acme/container');
  expect(run?.conclusion).toBe('startup_failure');
  expect(rig.actions.context.store.get('runs', run?.id ?? 0).messages).toEqual([
    'WORKFLOW_UNSUPPORTED: .github/workflows/it.yml (line 3, column 33): container of a job is not carried out → Install what the job needs in a step: runners here are processes of this machine.',
  ]);
});
