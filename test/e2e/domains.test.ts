import { expect, test } from 'vitest';
import { projectRig } from '../support/project-rig.ts';
import { callCloud, cloudOf } from '../support/rig-cloud.ts';
import { tinyConfig, tinyProject } from '../support/tiny-project.ts';

// A name below .invalid is nobody's (RFC 2606): looking it up never leads anywhere.
const DOMAIN = 'www.tiny.invalid';

test('a domain gets its certificate, its DNS records are told, and it holds up only who asks for it', async () => {
  const asked = (more: string): string =>
    tinyConfig({ machines: 1 }).replace(
      'regions: { iad: 1 },',
      `regions: { iad: 1 }, apps: { web: { domains: ['${DOMAIN}'] } },
       health: { urls: ['https://${DOMAIN}/'], within: '5s'${more} },`,
    );
  await using rig = await projectRig({
    ...tinyProject({ machines: 1 }),
    'glidepath.config.ts': asked(''),
  });
  await rig.cloudUp();
  const stopped = await rig.run('deploy', 'staging', '--local');
  expect(stopped.code).toBe(1);
  expect(stopped.stdout).toMatch(/DEPLOY_DOMAIN_UNVERIFIED/);
  expect(stopped.stdout).toMatch(new RegExp(`${DOMAIN} does not point to web yet`));
  expect(stopped.stdout).toMatch(new RegExp(`AAAA +${DOMAIN} +\\S+:`));
  expect(stopped.stdout).toMatch(new RegExp(`CNAME +_acme-challenge\\.${DOMAIN} +\\S+`));
  const cloud = await cloudOf(rig);
  expect(await callCloud(cloud, cloud.token, 'GET', '/v1/apps/tiny-staging/machines')).toEqual([]);

  rig.write('glidepath.config.ts', asked(", tolerate: 'dns'"));
  await rig.commit('Tolerate');
  const tolerated = await rig.run('deploy', 'staging', '--local');
  expect(tolerated.code).toBe(0);
  expect(tolerated.stdout).toMatch(
    /! www\.tiny\.invalid does not point here yet: its DNS records are missing:\n/,
  );
  expect(tolerated.stdout).toMatch(new RegExp(`A +${DOMAIN} +\\d+\\.\\d+`));

  rig.write('glidepath.config.ts', tinyConfig({ machines: 1 }));
  await rig.commit('Without the domain');
  const left = await rig.run('deploy', 'staging', '--local', '--verbose');
  expect(left.code).toBe(0);
  expect(left.stdout).toContain(`remove it by hand: fly certs remove ${DOMAIN} -a tiny-staging`);
  const listed = await callCloud(cloud, cloud.token, 'GET', '/v1/apps/tiny-staging/certificates');
  expect(listed).toMatchObject({ certificates: [{ hostname: DOMAIN }] });
});

test('a wildcard is proven by the record of its challenge, set as at a registrar', async () => {
  await using rig = await projectRig({
    ...tinyProject({ machines: 1 }),
    'glidepath.config.ts': tinyConfig({ machines: 1 }).replace(
      'regions: { iad: 1 },',
      "regions: { iad: 1 }, apps: { web: { domains: ['*.tiny.invalid'] } },",
    ),
  });
  await rig.cloudUp();
  const { stdout } = await rig.run('deploy', 'staging', '--local');
  const [, name = '', value = ''] = /CNAME +(_acme-challenge\.tiny\.invalid) +(\S+)/.exec(stdout) ?? [];
  expect((await rig.run('cloud', 'dns', name, '--points-to', value)).stdout).toContain(`cname ${value}`);
  const again = await rig.run('deploy', 'staging', '--local', '--verbose');
  expect(again.stdout).toContain('*.tiny.invalid has its certificate');
  expect(again.stdout).not.toContain('records are missing');
});
