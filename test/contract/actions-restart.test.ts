import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { ActionsRig } from '../support/actions-rig.ts';
import { until } from '../support/cloud-fly-rig.ts';

let rig: ActionsRig;

beforeEach(async () => {
  rig = await ActionsRig.openWithActions();
});
afterEach(() => rig.stop());

test('a cloud that comes back at another port runs again what ran, and goes on with what waited', async () => {
  await rig.control('PUT', '/users', { login: 'rita' });
  await rig.control('PUT', '/repositories', { repository: 'acme/shop', collaborators: { rita: 'write' } });
  const { body: rita } = await rig.api('GET', '/users/rita');
  const environment = '/repos/acme/shop/environments/production';
  await rig.api('PUT', environment, { reviewers: [{ type: 'User', id: rita.id }] });
  const steps = `
    steps:
      - uses: actions/checkout@v7
      - run: |
          ls README.md
          echo "at \${{ github.server_url }} $GITHUB_API_URL"
          echo "page \${{ github.event.repository.html_url }}"`;
  const of = (job: string): string => `on: push\njobs:\n  it:\n    runs-on: ubuntu-latest\n${job}${steps}\n`;
  await rig.project({ 'again.yml': of(''), 'waits.yml': of('    environment: production\n') });
  await until(async () => {
    const runs = await rig.runs();
    return (
      runs
        .map(({ status }) => status)
        .toSorted()
        .join() === 'completed,waiting'
    );
  });
  const runs = await rig.runs();
  const again = runs.find(({ status }) => status === 'completed')?.id ?? 0;
  const waits = runs.find(({ status }) => status === 'waiting')?.id ?? 0;
  const before = rig.baseUrl;

  await rig.stop();
  // Somebody else has the port by now.
  const taken = createServer().listen(Number(new URL(before).port), '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  await rig.begin();
  await rig.api('POST', `/repos/acme/shop/actions/runs/${again}/rerun`);
  const { token } = await rig.control('POST', '/tokens', { login: 'rita' });
  const path = `/repos/acme/shop/actions/runs/${waits}/pending_deployments`;
  const { body: pending } = await rig.api('GET', path);
  const review = { environment_ids: [pending[0].environment.id], state: 'approved', comment: 'go' };
  await rig.api('POST', path, review, token);

  const ended = await rig.ended();
  expect(ended.map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
  for (const run of [again, waits]) {
    const log = await rig.log(run, 'it');
    expect(log).toContain(`at ${rig.baseUrl} ${rig.baseUrl}/api/v3`);
    expect(log).toContain(`page ${rig.baseUrl}/acme/shop`);
  }
});
