import { expect, test } from 'vitest';
import { cloudRoutes } from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import { CloudRig, url } from '../support/edge-cloud.ts';
import { waitFor } from '../support/wait-for.ts';

interface Vector {
  readonly status: string;
  readonly data: {
    readonly resultType: string;
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly value: readonly [number, string];
    }[];
  };
}

const COUNTS = 'sum by (instance, status) (increase(fly_app_http_responses_count{app="shop"}[60s]))';

async function query(cloud: CloudInfo, org: string, text: string): Promise<Response> {
  const address = new URL(url(cloud, `/prometheus/${org}/api/v1/query`));
  address.searchParams.set('query', text);
  return fetch(address, { headers: { authorization: `Bearer ${cloud.token}` } });
}

async function send(cloud: CloudInfo, app: string, requests: number): Promise<void> {
  const address = await waitFor(async () => {
    const route = (await cloudRoutes(cloud)).find((one) => one.app === app);
    if (route === undefined) throw new Error(`no route to ${app}`);
    return route.url;
  });
  for (let sent = 0; sent < requests; sent += 1) expect((await fetch(address)).status).toBe(200);
}

test('the metrics of a machine are read as from the managed Prometheus of the platform', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  const machine = await rig.deploy(cloud, 'shop');
  await send(cloud, 'shop', 7);
  const counted = (await (await query(cloud, 'personal', COUNTS)).json()) as Vector;
  expect(counted).toEqual({
    status: 'success',
    data: {
      resultType: 'vector',
      result: [{ metric: { instance: machine, status: '200' }, value: [expect.any(Number), '7'] }],
    },
  });
  const body = new URLSearchParams({
    query:
      'histogram_quantile(0.95, sum by (instance, le) (rate(fly_app_http_response_time_seconds_bucket{app="shop"}[60s])))',
    time: String(Date.now() / 1_000),
  });
  const answer = await fetch(url(cloud, '/prometheus/personal/api/v1/query'), {
    method: 'POST',
    headers: { authorization: `Bearer ${cloud.token}` },
    body,
  });
  const [quantile] = ((await answer.json()) as Vector).data.result;
  expect(quantile?.metric).toEqual({ instance: machine });
  expect(Number(quantile?.value[1])).toBeGreaterThan(0);
  expect(Number(quantile?.value[1])).toBeLessThan(10);
});

test('the metrics of another organization are not shown, and nothing is guessed', async () => {
  await using rig = new CloudRig();
  const cloud = await rig.up();
  await rig.deploy(cloud, 'shop');
  await send(cloud, 'shop', 1);
  const other = (await (await query(cloud, 'other', COUNTS)).json()) as Vector;
  expect(other.data.result).toEqual([]);
  const refused = await query(cloud, 'personal', 'topk(1, fly_app_http_responses_count)');
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { status: 'error', errorType: 'bad_data', error: 'unknown function with name "topk"' },
  ]);
  const late = await fetch(url(cloud, '/prometheus/personal/api/v1/query?query=x&time=yesterday'), {
    headers: { authorization: `Bearer ${cloud.token}` },
  });
  expect(late.status).toBe(400);
  expect((await fetch(url(cloud, '/prometheus/personal/api/v1/query?query=x'))).status).toBe(401);
});
