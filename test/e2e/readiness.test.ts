import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { organizationToken } from '../../src/cloud/control/client.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { callCloud, callRegistry, cloudOf, loseImage } from '../support/rig-cloud.ts';
import { GOOD_SERVER, tinyConfig, tinyProject } from '../support/tiny-project.ts';

const APP = 'tiny-staging';

/** An app whose image is another one each time it is built. */
const unrepeatable = (config: string): string =>
  config.replace(
    /stack: generic\(.*\),/,
    "stack: generic({ build: ['date +%s%N > stamp'], include: ['server.mjs', 'stamp'] }),",
  );

interface Live {
  readonly id: string;
  readonly commit: string;
  readonly digests: { readonly web: string };
}

async function live(rig: ProjectRig): Promise<Live> {
  const { releases } = await rig.json<{ releases: { release: Live }[] }>('releases', 'staging', '--local');
  const [first] = releases;
  if (first === undefined) throw new Error('nothing is live');
  return first.release;
}

/** What a step of the newest run printed. */
async function linesOf(rig: ProjectRig, step: string): Promise<string[]> {
  const { runs } = await rig.json<{ runs: { id: string }[] }>('runs', '--local');
  const { events } = await rig.json<{ events: { type: string; step?: string; line?: string }[] }>(
    'run',
    'show',
    runs[0]?.id ?? '',
    '--local',
  );
  return events
    .filter((event) => event.type === 'step.output' && event.step === step)
    .map((e) => e.line ?? '');
}

/** Id and version of each machine: what a deployment that changed nothing leaves. */
async function machines(rig: ProjectRig): Promise<string[]> {
  const cloud = await cloudOf(rig);
  const all = await callCloud(cloud, cloud.token, 'GET', `/v1/apps/${APP}/machines`);
  return (all as { id: string; instance_id: string }[])
    .map((one) => `${one.id}@${one.instance_id}`)
    .toSorted();
}

async function newer(rig: ProjectRig, mark: string): Promise<string> {
  rig.write('server.mjs', `${GOOD_SERVER}\n// ${mark}`);
  return rig.commit(mark);
}

describe('the way back', () => {
  test('is shown before a deployment, and its images are tagged to be kept', async () => {
    await using rig = await projectRig(tinyProject({ machines: 1 }));
    await rig.cloudUp();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    expect(await linesOf(rig, 'readiness')).toEqual([
      'no release is on record yet, so there is nothing to roll back to',
    ]);
    const first = await live(rig);
    await newer(rig, 'second');
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    expect((await linesOf(rig, 'readiness')).join('\n')).toMatch(
      new RegExp(`of ${first.id} can be pulled, and is tagged so the registry keeps it`),
    );
    const tags = (await (await callRegistry(await cloudOf(rig), 'GET', `${APP}/tags/list`)).json()) as {
      tags: string[];
    };
    expect(tags.tags).toContain(`glidepath-keep-${first.id}`);
  });

  test('is mended by pushing an image again whose commit still gives the same bytes', async () => {
    await using rig = await projectRig(tinyProject({ machines: 1 }));
    await rig.cloudUp();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    const first = await live(rig);
    const manifest = await callRegistry(await cloudOf(rig), 'GET', `${APP}/manifests/${first.digests.web}`);
    const { layers } = (await manifest.json()) as { layers: { digest: string }[] };
    const layer = layers[0]?.digest.replace('sha256:', '') ?? '';
    // The manifest stays: only who asks for every layer sees it.
    rmSync(join(rig.dir, '.glidepath', 'cloud', 'registry', 'blobs', 'sha256', layer));
    await newer(rig, 'second');
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    expect((await linesOf(rig, 'readiness')).join('\n')).toMatch(
      /building [0-9a-f]{7} again[\s\S]*can be pulled/,
    );
    expect((await rig.run('rollback', 'staging', '--local')).code).toBe(0);
    expect((await live(rig)).id).toBe(first.id);
  });

  test('that is gone stops the deployment with the mend, and what is live deployed again opens it', async () => {
    const files = tinyProject({ machines: 1 });
    await using rig = await projectRig({
      ...files,
      'glidepath.config.ts': unrepeatable(tinyConfig({ machines: 1 })),
    });
    await rig.cloudUp();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    const first = await live(rig);
    const before = await machines(rig);
    const second = await newer(rig, 'second');
    await loseImage(rig, APP, first.digests.web);

    const stopped = await rig.run('deploy', 'staging', '--local');
    expect(stopped.code).toBe(4);
    expect(stopped.stdout).toMatch(/DEPLOY_NO_WAY_BACK/);
    expect(stopped.stdout).toMatch(
      new RegExp(
        `staging could not be rolled back to ${first.id}: the image of web \\(sha256:[0-9a-f]{12}\\) is gone`,
      ),
    );
    const mend = `deploy staging --ref ${first.commit.slice(0, 7)} --local`;
    expect(stopped.stdout).toContain(`glidepath ${mend}`);
    expect(await machines(rig)).toEqual(before);
    expect((await live(rig)).id).toBe(first.id);

    expect((await rig.run(...mend.split(' '))).code).toBe(0);
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    expect((await live(rig)).commit).toBe(second);
  });
});

describe('secrets', () => {
  const app = "env: { SESSION_KEY: secret('SESSION_KEY_STAGING') },";
  const env = { SESSION_KEY_STAGING: 'a-long-session-key' };

  test('that the live release needs and somebody has unset stop the deployment until they are set again', async () => {
    await using rig = await projectRig(tinyProject({ machines: 1, app }));
    await rig.cloudUp();
    expect((await rig.runWith(env, 'deploy', 'staging', '--local')).code).toBe(0);
    const first = await live(rig);
    const before = await machines(rig);
    const cloud = await cloudOf(rig);
    const token = await organizationToken(cloud, 'tiny-staging');
    await callCloud(cloud, token, 'DELETE', `/v1/apps/${APP}/secrets/SESSION_KEY`);
    rig.write('glidepath.config.ts', tinyConfig({ machines: 1 }));
    await rig.commit('Without the key');

    const stopped = await rig.run('deploy', 'staging', '--local');
    expect(stopped.code).toBe(4);
    expect(stopped.stdout).toContain(`SESSION_KEY that web of ${first.id} needs is not set any more`);
    expect(stopped.stdout).toContain(`fly secrets set SESSION_KEY=… --stage -a ${APP}`);
    expect(await machines(rig)).toEqual(before);

    const values = { SESSION_KEY: env.SESSION_KEY_STAGING };
    await callCloud(cloud, token, 'POST', `/v1/apps/${APP}/secrets`, { values });
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
  });

  test('that are the same are not sent again, and machines do not restart for them', async () => {
    await using rig = await projectRig(tinyProject({ machines: 2, app }));
    await rig.cloudUp();
    expect((await rig.runWith(env, 'deploy', 'staging', '--local')).code).toBe(0);
    expect(await linesOf(rig, 'deploy:web')).toContain('secrets set: SESSION_KEY');
    const before = await machines(rig);
    expect((await rig.runWith(env, 'deploy', 'staging', '--local')).code).toBe(0);
    expect((await linesOf(rig, 'deploy:web')).join('\n')).not.toMatch(/secrets set/);
    expect(await machines(rig)).toEqual(before);

    const other = { SESSION_KEY_STAGING: 'another-long-session-key' };
    expect((await rig.runWith(other, 'deploy', 'staging', '--local')).code).toBe(0);
    expect(await linesOf(rig, 'deploy:web')).toContain('secrets set: SESSION_KEY');
    expect(await machines(rig)).not.toEqual(before);
  });
});
