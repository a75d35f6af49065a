import { mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testApp } from '../../../test/support/fly-rig.ts';
import type { MachinesInfo } from '../../cloud/control/cloud-info.ts';
import { containerBuildsFor } from './container-builds.ts';

let bin: string;

beforeEach(() => (bin = mkdtempSync(join(tmpdir(), 'glidepath-bin-'))));
afterEach(() => rmSync(bin, { recursive: true, force: true }));

const buildsFor = (machines: MachinesInfo | null, secrets: Record<string, string> = {}) =>
  containerBuildsFor({
    cloud: machines === null ? null : { machines },
    env: { PATH: bin, DOCKER_HOST: 'unix:///somewhere' },
    project: { repository: 'octo/shop' },
    vault: { read: (name) => secrets[name] },
  })(testApp('web'));

/** A docker command as far as it is asked: its version, its plugin, and whether an engine answers it. */
function dockerCommand(options: { version: string; hasBuildx: boolean; hasEngine: boolean }): void {
  const script = `#!/bin/sh
case "$*" in
  'version '*) [ "$DOCKER_HOST" = unix:///somewhere ] && exit ${options.hasEngine ? 0 : 1};;
  'buildx version') exit ${options.hasBuildx ? 0 : 1};;
  --version) echo 'Docker version ${options.version}, build x';;
esac`;
  writeFileSync(join(bin, 'docker'), script);
  chmodSync(join(bin, 'docker'), 0o755);
}

const AUTO: MachinesInfo = { asked: 'auto', mode: 'container', engine: 'Docker' };

test('a local cloud of processes is never built for with an engine', async () => {
  dockerCommand({ version: '28.0.0', hasBuildx: true, hasEngine: true });
  expect(await buildsFor({ asked: 'process', mode: 'process', engine: null })).toBeNull();
});

test('with an engine and BuildKit the Dockerfile is built, whichever way the command has it', async () => {
  dockerCommand({ version: '28.0.0', hasBuildx: true, hasEngine: true });
  const newer = await buildsFor(AUTO, { KEY: 'value' });
  expect(newer?.docker).toMatchObject({ program: expect.stringContaining('docker'), hasBuildx: true });
  expect(newer?.docker.env).toMatchObject({ DOCKER_BUILDKIT: '1', DOCKER_HOST: 'unix:///somewhere' });
  expect(newer?.sourceUrl).toBe('https://github.com/octo/shop');
  expect(newer?.secret('KEY')).toBe('value');
  dockerCommand({ version: '20.10.24', hasBuildx: false, hasEngine: true });
  expect((await buildsFor(AUTO))?.docker.hasBuildx).toBe(false);
});

test.each([
  ['no docker command', null],
  ['one without BuildKit', { version: '28.0.0', hasBuildx: false, hasEngine: true }],
  ['one that reaches no engine', { version: '28.0.0', hasBuildx: true, hasEngine: false }],
])(
  'with %s a cloud left alone gets processes, and one told to use containers an error',
  async (_what, command) => {
    if (command !== null) dockerCommand(command);
    expect(await buildsFor(AUTO)).toBeNull();
    const refused = { code: 'ENGINE_MISSING' };
    await expect(buildsFor({ ...AUTO, asked: 'container' })).rejects.toMatchObject(refused);
    // The real platforms run nothing but containers.
    await expect(buildsFor(null)).rejects.toMatchObject(refused);
  },
);
