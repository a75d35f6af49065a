import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort } from '../support/edge-directory.ts';
import { projectRig } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';

interface EmergencyDocument {
  readonly environments: readonly {
    readonly environment: string;
    readonly unread: readonly string[];
    readonly live: string | null;
    readonly apps: readonly {
      readonly image: string | null;
      readonly previous: { readonly release: string; readonly image: string } | null;
      readonly machines: readonly { readonly id: string; readonly release: string }[];
      readonly topics: readonly { readonly id: string; readonly commands: readonly string[] }[];
    }[];
  }[];
}

/** The commands about one thing of the only app of the only environment. */
function commandsOf(document: EmergencyDocument, topic: string): readonly string[] {
  return document.environments[0]?.apps[0]?.topics.find(({ id }) => id === topic)?.commands ?? [];
}

describe('status --emergency', () => {
  test('fills in what runs and what ran before, and goes on without the cloud and without the record', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    await rig.run('deploy', 'staging', '--local');
    await rig.commit('Second');
    await rig.run('deploy', 'staging', '--local');
    const [second, first] = (
      await rig.json<{ releases: { release: { id: string; digests: { web: string } } }[] }>(
        'releases',
        'staging',
        '--local',
      )
    ).releases.map((entry) => entry.release);

    const whole = await rig.json<EmergencyDocument>('status', '--emergency', 'staging', '--local');
    const app = whole.environments[0]?.apps[0];
    expect(whole.environments[0]).toMatchObject({ unread: [], live: second?.id });
    expect(app?.image).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+/tiny-staging@${second?.digests.web}$`));
    expect(app?.previous).toMatchObject({ release: first?.id });
    const ids = app?.machines.map((machine) => machine.id) ?? [];
    expect(ids.length).toBe(2);
    expect(commandsOf(whole, 'rollback')).toEqual(
      ids.map((id) => `fly machine update ${id} --app tiny-staging --image ${app?.previous?.image} --yes`),
    );
    expect(commandsOf(whole, 'stop')[0]).toBe(`fly machine stop ${ids.join(' ')} --app tiny-staging`);

    await rig.run('cloud', 'down');
    const recorded = await rig.json<EmergencyDocument>('status', '--emergency', 'staging', '--local');
    expect(recorded.environments[0]).toMatchObject({
      unread: ['The local cloud of this project is not running.'],
      live: second?.id,
    });
    expect(commandsOf(recorded, 'rollback')).toEqual([
      `fly machine update <machine> --app tiny-staging --image registry.fly.io/tiny-staging@${first?.digests.web} --yes`,
    ]);

    rmSync(join(rig.dir, '.glidepath/local'), { recursive: true });
    writeFileSync(join(rig.dir, '.glidepath/local'), 'not a folder\n');
    const configured = await rig.run('status', '--emergency', 'staging', '--local');
    expect(configured.code).toBe(0);
    expect(configured.stdout).toContain('The state directory');
    expect(configured.stdout).toContain('fly logs --app tiny-staging');
    rmSync(join(rig.dir, '.glidepath/local'));
  });

  test('says which token is not set, and prints the commands of every environment all the same', async () => {
    await using rig = await projectRig(tinyProject());
    const { code, stdout } = await rig.run('status', '--emergency');
    expect(code).toBe(0);
    expect(stdout).toContain('! The token FLY_API_TOKEN_STAGING is not set');
    expect(stdout).toContain('export FLY_API_TOKEN="$FLY_API_TOKEN_PRODUCTION"');
    expect(stdout).toContain(
      'fly deploy --app tiny-production --config fly.production.toml --image registry.fly.io/tiny-production@<digest of the release before> --ha=false',
    );
  });

  test('gives a platform that refuses and one that is silent a few seconds, and shows no token', async () => {
    await using rig = await projectRig(tinyProject());
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      const silent = (server.address() as AddressInfo).port;
      for (const port of [silent, await freePort()]) {
        const env = {
          FLY_FLAPS_BASE_URL: `http://127.0.0.1:${port}`,
          FLY_API_TOKEN_STAGING: 'fo1_planted',
        };
        const { code, stdout, stderr } = await rig.runWith(env, 'status', '--emergency', 'staging');
        expect(code).toBe(0);
        expect(stdout).toMatch(/^! web: .* did not answer/m);
        expect(stdout).toContain('fly machine restart <machine> --app tiny-staging');
        expect(stdout + stderr).not.toContain('fo1_planted');
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('an environment that does not exist is PLAN_UNKNOWN_ENVIRONMENT here, too', async () => {
    await using rig = await projectRig(tinyProject());
    const { code, stderr } = await rig.run('status', '--emergency', 'stagin');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean staging?')]);
  });
});
