import { expect, test } from 'vitest';
import { serverImage } from '../support/cloud-fly-images.ts';
import { FlyDocument, HAS_FLY_DOCUMENT } from '../support/cloud-fly-openapi.ts';
import type { Exchange } from '../support/openapi-document.ts';
import { FLY_DEVIATIONS } from '../support/fly-deviations.ts';
import { FlyCaller, FlyRig, until } from '../support/cloud-fly-rig.ts';

test.skipIf(!HAS_FLY_DOCUMENT)(
  'a whole session, requests and answers, is what the published document of the Machines API says (needs GLIDEPATH_SPECS)',
  async () => {
    const exchanges: Exchange[] = [];
    await using rig = await FlyRig.start();
    await session(rig, recorder(rig, exchanges));
    const document = new FlyDocument();
    const differences = [...new Set(exchanges.flatMap((exchange) => document.differences(exchange)))];
    const unexpected = differences.filter(
      (difference) => !FLY_DEVIATIONS.some(({ is }) => is.test(difference)),
    );
    expect(unexpected).toEqual([]);
    expect(exchanges.length).toBeGreaterThan(60);
  },
);

function recorder(rig: FlyRig, exchanges: Exchange[]): FlyCaller {
  return new FlyCaller(async (request) => {
    const url = new URL(request.url);
    const requestText = await request.clone().text();
    const response = await rig.service.routes.fetch(request);
    const text = await response.clone().text();
    exchanges.push({
      method: request.method,
      path: url.pathname.replace(/^\/v1/, '') + url.search,
      requestBody: requestText === '' ? null : JSON.parse(requestText),
      status: response.status,
      responseBody: text === '' ? null : JSON.parse(text),
    });
    return response;
  });
}

/** What a deployer does in its life, mistakes included. */
async function session(rig: FlyRig, fly: FlyCaller): Promise<void> {
  await apps(fly);
  const config = {
    image: rig.image,
    env: { A: '1' },
    metadata: { release: 'r-1' },
    guest: { cpu_kind: 'shared', cpus: 1, memory_mb: 256 },
    restart: { policy: 'on-failure', max_retries: 3 },
    stop_config: { signal: 'SIGTERM', timeout: '5s' },
    services: [
      {
        protocol: 'tcp',
        internal_port: 8080,
        autostart: true,
        autostop: 'stop',
        min_machines_running: 1,
        ports: [{ port: 443, handlers: ['tls', 'http'] }],
        concurrency: { type: 'requests', soft_limit: 10, hard_limit: 20 },
        checks: [{ type: 'http', path: '/health', interval: '2s', timeout: '1s', grace_period: '5s' }],
      },
    ],
  };
  const body = {
    config,
    region: 'fra',
    name: 'one',
    skip_launch: false,
    lease_ttl: 30,
    min_secrets_version: 1,
  };
  const created = await fly.call('POST', '/v1/apps/doc/machines', { body });
  const { id, nonce } = created.body;
  const at = `/v1/apps/doc/machines/${id}`;
  await fly.call('GET', `${at}/wait?state=started&timeout=20`);
  await until(async () => (await fly.get('doc', id)).checks?.[0]?.status === 'passing');
  await fly.call(
    'GET',
    '/v1/apps/doc/machines?state=started&region=fra&include_deleted=true&metadata.release=r-1',
  );
  await fly.call('GET', '/v1/apps/doc/machines?summary=true');
  await leases(fly, at, nonce);
  await labelsAndSights(fly, at);
  await lifecycle(
    fly,
    at,
    { ...config, image: rig.images.add('web', serverImage('two')) },
    created.body.instance_id,
  );
  await mistakes(fly, at);
  await fly.call('DELETE', `${at}?kill=true`);
  await fly.call('GET', `${at}/wait?state=destroyed&timeout=20`);
  await fly.call('GET', at);
  await fly.call('DELETE', '/v1/apps/doc');
}

async function apps(fly: FlyCaller): Promise<void> {
  await fly.call('POST', '/v1/apps', { body: { name: 'doc', org_slug: 'personal', network: 'default' } });
  await fly.call('POST', '/v1/apps', { body: { name: 'doc' } });
  await fly.call('GET', '/v1/apps?org_slug=personal');
  await fly.call('GET', '/v1/apps/doc');
  await fly.call('POST', '/v1/apps/doc/deploy_token', { body: { expiry: '1h' } });
  const { body: ip } = await fly.call('POST', '/v1/apps/doc/ip_assignments', { body: { type: 'shared_v4' } });
  await fly.call('GET', '/v1/apps/doc/ip_assignments');
  await fly.call('DELETE', `/v1/apps/doc/ip_assignments/${ip.ip}`);
  await fly.call('POST', '/v1/apps/doc/secrets', { body: { values: { ONE: '1' } } });
  await fly.call('POST', '/v1/apps/doc/secrets/TWO', { body: { value: '2' } });
  await fly.call('GET', '/v1/apps/doc/secrets?min_version=1');
  await fly.call('GET', '/v1/apps/doc/secrets/TWO');
  await fly.call('DELETE', '/v1/apps/doc/secrets/TWO');
  await fly.call('GET', '/v1/platform/regions');
  await fly.call('GET', '/v1/tokens/current');
}

async function leases(fly: FlyCaller, at: string, nonce: string): Promise<void> {
  await fly.call('GET', `${at}/lease`);
  await fly.call('POST', `${at}/cordon`);
  await fly.call('DELETE', `${at}/lease`, { nonce });
  await fly.call('GET', `${at}/lease`);
  const lease = await fly.call('POST', `${at}/lease?ttl=13`, { body: { ttl: 13, description: 'deploy' } });
  await fly.call('DELETE', `${at}/lease`, { nonce: lease.body.data.nonce });
}

async function labelsAndSights(fly: FlyCaller, at: string): Promise<void> {
  await fly.call('GET', `${at}/metadata`);
  await fly.call('PATCH', `${at}/metadata`, { body: { metadata: { a: 'b' } } });
  await fly.call('PUT', `${at}/metadata`, { body: { metadata: { a: 'b' }, machine_version: 'other' } });
  await fly.call('PUT', `${at}/metadata`, { body: { metadata: { release: 'r-1' } } });
  await fly.call('POST', `${at}/metadata/key`, { body: { value: 'v' } });
  await fly.call('GET', `${at}/metadata/key`);
  await fly.call('DELETE', `${at}/metadata/key`);
  await fly.call('GET', `${at}/metadata/key`);
  await fly.call('GET', `${at}/events?limit=5`);
  await fly.call('GET', `${at}/versions`);
  await fly.call('GET', `${at}/ps`);
  await fly.call('GET', `${at}/memory`);
  await fly.call('PUT', `${at}/memory`, { body: { limit_mb: 512 } });
  await fly.call('POST', `${at}/memory/reclaim`, { body: { amount_mb: 10 } });
  await fly.call('POST', `${at}/exec`, { body: { command: ['node', '--version'], timeout: 20 } });
  await fly.call('POST', `${at}/exec`, { body: {} });
  await fly.call('GET', '/v1/orgs/personal/machines?limit=1');
}

async function lifecycle(fly: FlyCaller, at: string, config: object, version: string): Promise<void> {
  await fly.call('POST', `${at}/cordon`);
  await fly.call('POST', `${at}/uncordon`);
  await fly.call('POST', at, { body: { config, current_version: version } });
  await fly.call('GET', `${at}/wait?state=started&timeout=20`);
  await fly.call('POST', at, { body: { config, current_version: version } });
  await fly.call('POST', `${at}/suspend`);
  await fly.call('GET', `${at}/wait?state=suspended&timeout=20`);
  await fly.call('POST', `${at}/start`);
  await fly.call('GET', `${at}/wait?state=started&timeout=20`);
  await fly.call('POST', `${at}/restart?timeout=2s&signal=SIGTERM`);
  await fly.call('GET', `${at}/wait?state=started&timeout=20`);
  await fly.call('POST', `${at}/signal`, { body: { signal: 'SIGUSR2' } });
  await fly.call('POST', `${at}/stop`, { body: { signal: 'SIGTERM', timeout: '2s' } });
  await fly.call('GET', `${at}/wait?state=stopped&timeout=20`);
  await fly.call('GET', `${at}/events`);
}

async function mistakes(fly: FlyCaller, at: string): Promise<void> {
  await fly.call('GET', '/v1/apps/nobody');
  await fly.call('GET', '/v1/apps/doc', { token: null });
  await fly.call('GET', '/v1/apps/doc/machines/00000000000000');
  await fly.call('POST', '/v1/apps/doc/machines', {
    body: { config: { image: 'registry.test/none@sha256:0' } },
  });
  await fly.call('POST', `${at}/signal`, { body: { signal: 'SIGTERM' } });
  await fly.call('GET', `${at}/wait?state=started&timeout=1`);
  await fly.call('GET', '/v1/apps/doc/volumes');
}
