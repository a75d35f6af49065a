import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DnsTable } from '../../src/cloud/dns/dns-table.ts';
import { appOfHost } from '../../src/cloud/edge/route-host.ts';
import { FlyRig, serviceConfig } from '../support/cloud-fly-rig.ts';
import type { Answer } from '../support/cloud-fly-rig.ts';

async function rigWithDns(): Promise<{ rig: FlyRig; dns: DnsTable }> {
  const dns = new DnsTable(null);
  return { rig: await FlyRig.start({ dns }), dns };
}

const AT = '/v1/apps/web/certificates';
const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;
const HOST = 'www.example.com';

function add(rig: FlyRig, hostname: string, app = 'web'): Promise<Answer> {
  return rig.call('POST', `/v1/apps/${app}/certificates/acme`, { body: { hostname } });
}

test('a name starts unverified with the records it needs, and gets its certificate when they are set', async () => {
  const { rig, dns } = await rigWithDns();
  await using _ = rig;
  for (const type of ['shared_v4', 'v6', 'private_v6'])
    await rig.call('POST', '/v1/apps/web/ip_assignments', { body: { type } });
  const { body: ips } = await rig.call('GET', '/v1/apps/web/ip_assignments');
  const [v4, v6] = ips.ips.map(({ ip }: { ip: string }) => ip);
  const added = await add(rig, 'WWW.Example.com.');
  expect(added.status).toBe(201);
  expect(added.body).toMatchObject({
    hostname: HOST,
    configured: false,
    acme_requested: true,
    status: 'pending_validation',
    certificates: [],
    validation: { dns_configured: false, alpn_configured: false, http_configured: false },
    dns_requirements: {
      a: [v4],
      aaaa: [v6],
      cname: 'web.fly.dev',
      acme_challenge: { name: '_acme-challenge.www.example.com' },
      ownership: { name: '_fly-ownership.www.example.com' },
    },
  });
  const check = async () => (await rig.call('POST', `${AT}/${HOST}/check`)).body;
  expect(await check()).toMatchObject({
    configured: false,
    validation_errors: [{ code: 'dns_not_pointing', remediation: expect.stringContaining('web.fly.dev') }],
    dns_records: { a: [], aaaa: [], cname: [] },
  });
  dns.set(HOST, { a: ['192.0.2.1'] });
  expect(await check()).toMatchObject({ configured: false, dns_records: { a: ['192.0.2.1'] } });
  dns.set(HOST, { a: ['192.0.2.1', v4] });
  expect(await check()).toMatchObject({
    configured: true,
    status: 'active',
    validation_errors: [],
    certificates: [{ source: 'fly', status: 'active', issued: [{ type: 'ecdsa' }, { type: 'rsa' }] }],
  });
  expect((await rig.call('GET', AT)).body).toMatchObject({
    total_count: 1,
    certificates: [{ hostname: HOST, configured: true, has_fly_certificate: true }],
  });
});

test('an address, an alias through other names, or the challenge prove a name; a wildcard needs the challenge', async () => {
  const { rig, dns } = await rigWithDns();
  await using _ = rig;
  await rig.call('POST', '/v1/apps/web/ip_assignments', { body: { type: 'v6' } });
  const { body: ips } = await rig.call('GET', '/v1/apps/web/ip_assignments');
  dns.set('six.example.com', { aaaa: [ips.ips[0].ip] });
  dns.set('alias.example.com', { cname: ['cdn.example.net.'] });
  dns.set('cdn.example.net', { cname: ['Web.fly.dev'] });
  dns.set('*.example.org', { cname: ['web.fly.dev'] });
  const names = ['six.example.com', 'alias.example.com', 'challenge.example.com', '*.example.org'];
  const added = await Promise.all(names.map((name) => add(rig, name)));
  const challenge = added[2]?.body.dns_requirements.acme_challenge;
  dns.set(challenge.name, { cname: [challenge.target] });
  const seen = async () =>
    await Promise.all(
      names.map(async (name) => {
        const { body } = await rig.call('GET', `${AT}/${encodeURIComponent(name)}`);
        return [body.configured, body.status];
      }),
    );
  expect(await seen()).toEqual([
    [true, 'active'],
    [true, 'active'],
    [false, 'active'],
    [true, 'pending_validation'],
  ]);
  const { name, target } = added.at(-1)?.body.dns_requirements.acme_challenge ?? {};
  expect(name).toBe('_acme-challenge.example.org');
  dns.set(name, { cname: [target] });
  expect((await seen()).at(-1)).toEqual([true, 'active']);
});

test.each([
  ['', 'is not a valid hostname'],
  ['example', 'is not a valid hostname'],
  ['exa mple.com', 'is not a valid hostname'],
  ['-a.example.com', 'is not a valid hostname'],
  ['a.*.example.com', 'is not a valid hostname'],
  ['192.0.2.1', 'is not a valid hostname'],
  [`${'a.'.repeat(130)}com`, 'is not a valid hostname'],
  ['web.fly.dev', "below fly.dev, which is the platform's own"],
])('"%s" is refused as a hostname', async (hostname, why) => {
  await using rig = await FlyRig.start();
  expect(await add(rig, hostname)).toMatchObject({
    status: 422,
    body: { error: expect.stringContaining(why) },
  });
});

test('a name is held by one app, once', async () => {
  await using rig = await FlyRig.start();
  await rig.call('POST', '/v1/apps', { body: { name: 'other', org_slug: 'personal' } });
  await add(rig, HOST);
  expect(await add(rig, HOST)).toMatchObject({
    status: 422,
    body: { error: 'Validation failed: Hostname already exists on app' },
  });
  expect(await add(rig, HOST, 'other')).toMatchObject({
    status: 422,
    body: { error: `Validation failed: Hostname ${HOST} is held by another app` },
  });
  expect((await rig.call('DELETE', `${AT}/${HOST}`)).status).toBe(204);
  expect((await rig.call('GET', `${AT}/${HOST}`)).status).toBe(404);
  expect((await add(rig, HOST, 'other')).status).toBe(201);
});

test('a name routes to the app that holds it from the moment it is added, a wildcard to all names below it', async () => {
  await using rig = await FlyRig.start();
  await rig.machine('web', serviceConfig(rig.image));
  const routed = (host: string): string | null => appOfHost(host, rig.service.directory.apps());
  expect(routed(HOST)).toBeNull();
  await add(rig, HOST);
  await add(rig, '*.example.org');
  expect([HOST, `${HOST.toUpperCase()}:4281`, 'any.example.org'].map(routed)).toEqual(['web', 'web', 'web']);
  expect(['example.com', 'example.org', 'a.b.example.org'].map(routed)).toEqual([null, null, null]);
  await rig.call('DELETE', `${AT}/${HOST}`);
  expect(routed(HOST)).toBeNull();
});

test.skipIf(!HAS_OPENSSL)(
  'a certificate that is brought must fit the name and its key, and waits for a proof of ownership (needs openssl)',
  async () => {
    const { rig, dns } = await rigWithDns();
    await using _ = rig;
    const [own, other] = [selfSigned(rig.dir, HOST), selfSigned(rig.dir, 'other.example.com')];
    const bring = (body: object) => rig.call('POST', `${AT}/custom`, { body: { hostname: HOST, ...body } });
    expect(await bring({ ...own, fullchain: 'no' })).toMatchObject({
      status: 422,
      body: { error: 'Validation failed: Fullchain is not PEM that can be read' },
    });
    expect((await bring({ ...own, private_key: other.private_key })).body.error).toContain('does not match');
    expect((await bring(other)).body.error).toContain('is not in the certificate');
    const { status, body } = await bring(own);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'pending_ownership',
      acme_requested: false,
      certificates: [{ source: 'custom', status: 'pending_ownership', issuer: HOST, issued: [] }],
    });
    expect(JSON.stringify(body)).not.toContain('PRIVATE');
    const { name, app_value: text } = body.dns_requirements.ownership;
    dns.set(name, { txt: ['something else', text] });
    expect((await rig.call('POST', `${AT}/${HOST}/check`)).body).toMatchObject({
      status: 'active',
      certificates: [{ source: 'custom', status: 'active' }],
      validation: { ownership_txt_configured: true },
    });
    expect((await rig.call('DELETE', `${AT}/${HOST}/custom`)).body).toMatchObject({
      certificates: [],
      warning: `${HOST} has no certificate left`,
    });
  },
);

/** A certificate for a name, made on the spot. */
function selfSigned(dir: string, host: string): { fullchain: string; private_key: string } {
  const [certificate, key] = [join(dir, `${host}.crt`), join(dir, `${host}.key`)];
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { fullchain: readFileSync(certificate, 'utf8'), private_key: readFileSync(key, 'utf8') };
}
