import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { processIdentity } from '../../src/cloud/machines/process-table.ts';
import { until } from '../support/cloud-fly-rig.ts';
import { BASE_IMAGE, findDocker } from '../support/docker.ts';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';
import { tinyConfig } from '../support/tiny-project.ts';

const docker = await findDocker();

const SECRET = 'build-secret-value-4711';
const ENV = { DOCKER_HOST: process.env['DOCKER_HOST'] ?? '', NPM_TOKEN: SECRET };

const server = (version: string, more = ''): string => `
import { createServer } from 'node:http';
${more}
const server = createServer((request, response) => {
  if (request.url === '/health') return void response.end('ok');
  if (request.url === '/eat') { const all = []; for (;;) all.push(Buffer.alloc(4e6, 1)); }
  response.end(['${version}', process.env.FLY_IMAGE_REF, process.env.GLIDEPATH_ENVIRONMENT, process.getuid()].join(' '));
});
server.listen(Number(process.env.PORT), '0.0.0.0');
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeAllConnections(); });
`;

const DOCKERFILE = `
FROM ${BASE_IMAGE}
WORKDIR /app
ARG CHANNEL
RUN --mount=type=secret,id=NPM_TOKEN --mount=type=cache,target=/tmp/cache echo "$CHANNEL" > channel && cat /run/secrets/NPM_TOKEN > /dev/null
COPY server.mjs .
USER node
CMD ["node", "server.mjs"]
`;

const CONFIG = tinyConfig({
  app: `dockerfile: 'Dockerfile',
      build: { args: { CHANNEL: 'tests' }, secrets: ['NPM_TOKEN'] },
      vm: { memory: '256mb' },`,
}).replace("command: ['node', 'server.mjs'],", '');

interface MachineStatus {
  readonly id: string;
  readonly state: string;
  readonly container: string | null;
}

interface Status {
  readonly mode: string;
  readonly machines: { readonly asked: string; readonly engine: string | null };
  readonly pid: number;
  readonly stateDir: string;
  readonly apps: readonly {
    readonly name: string;
    readonly url: string;
    readonly machines: MachineStatus[];
  }[];
}

describe.skipIf(docker === null)(
  'a project with a Dockerfile on the local cloud (needs a Docker engine)',
  () => {
    let rig: ProjectRig;
    let first: string;

    const run = (...args: string[]): Promise<CliResult> => rig.runWith(ENV, ...args);
    const status = async (): Promise<Status> => rig.json<Status>('cloud', 'status');
    const up = async (): Promise<void> => {
      const { code, stderr } = await run(
        'cloud',
        'up',
        '--port',
        '0',
        '--edge-port',
        '0',
        '--machines',
        'auto',
      );
      expect(`${code} ${stderr}`).toMatch(/^0 /);
    };
    const appOf = async (name: string) => (await status()).apps.find((app) => app.name === name);
    const ask = async (app: string, path = '/'): Promise<string> =>
      (await fetch(`${(await appOf(app))?.url}${path}`)).text();
    const digestOf = (text: string): string => /sha256:[0-9a-f]{64}/.exec(text)?.[0] ?? '';
    const containers = async (stateDir: string): Promise<string[]> =>
      ((await docker?.run('ps', '-aq', '--filter', `label=dev.glidepath.cloud=${stateDir}`)) ?? '')
        .split('\n')
        .filter((id) => id !== '');
    const deployed = async (environment: string): Promise<string> => {
      const { code, stdout, stderr } = await run('deploy', environment, '--local');
      expect(`${code} ${stdout}${stderr}`).toMatch(/^0 /);
      return stdout + stderr;
    };

    beforeAll(async () => {
      if (docker === null) return;
      rig = await projectRig({
        'glidepath.config.ts': CONFIG,
        'server.mjs': server('one'),
        Dockerfile: DOCKERFILE,
        '.gitignore': '.glidepath\n',
      });
      await up();
    });
    afterAll(async () => {
      await rig?.[Symbol.asyncDispose]();
    });

    test('an engine that answers makes machines containers, and status says so', async () => {
      expect(await status()).toMatchObject({
        mode: 'container',
        machines: { asked: 'auto', engine: expect.stringMatching(/^Docker /) },
      });
      expect((await run('cloud', 'status')).stdout).toContain('machines as containers, Docker');
    });

    test('staging runs it healthy, in containers, as the user of the image; the secret is nowhere', async () => {
      const said = await deployed('staging');
      const answer = await ask('tiny-staging');
      expect(answer).toMatch(/^one \S+@sha256:[0-9a-f]{64} staging 1000$/);
      first = digestOf(answer);
      const machines = (await appOf('tiny-staging'))?.machines ?? [];
      expect(machines).toHaveLength(2);
      for (const machine of machines)
        expect(machine).toMatchObject({ state: 'started', container: expect.any(String) });
      expect(said).not.toContain(SECRET);
      const { stdout } = await rig.shell(`grep -rla ${SECRET} .glidepath || true`);
      expect(stdout).toBe('');
    });

    test('production gets the very same image, without building it again', async () => {
      const said = await deployed('production');
      expect(digestOf(await ask('tiny-production'))).toBe(first);
      expect(said).not.toContain('docker build');
    });

    test('a machine that takes too much memory is killed, said to be, and comes back', async () => {
      await ask('tiny-staging', '/eat').catch(() => undefined);
      const printed = async (): Promise<string> => (await run('logs', 'staging', '--local')).stdout;
      await until(async () => (await printed()).includes('(OOM)'), 'the log to tell of it');
      await until(
        async () =>
          (await appOf('tiny-staging'))?.machines.every(({ state }) => state === 'started') ?? false,
        'both machines to run again',
      );
      // Its process runs before it answers.
      await expect.poll(() => ask('tiny-staging').catch(String)).toContain('one ');
    });

    test('a release that cannot live in its memory is put back, and the reason is said', async () => {
      rig.write('server.mjs', server('greedy', 'const all = []; for (;;) all.push(Buffer.alloc(4e6, 1));'));
      await rig.commit('Greedy');
      const { code, stdout, stderr } = await run('deploy', 'staging', '--local');
      expect(code).toBe(1);
      expect(stdout + stderr).toMatch(/memory/i);
      expect(digestOf(await ask('tiny-staging'))).toBe(first);
    });

    test('a rollback brings back the image that ran before', async () => {
      rig.write('server.mjs', server('two'));
      await rig.commit('Two');
      await deployed('staging');
      expect(await ask('tiny-staging')).toMatch(/^two /);
      const { code, stdout, stderr } = await run('rollback', 'staging', '--local');
      expect(`${code} ${stdout}${stderr}`).toMatch(/^0 /);
      expect(digestOf(await ask('tiny-staging'))).toBe(first);
    });

    test('containers outlive a killed daemon; the next one takes them over, and down removes them all', async () => {
      const { pid, stateDir } = await status();
      const before = (await containers(stateDir)).toSorted();
      expect(before).toHaveLength(4);
      process.kill(pid, 'SIGKILL');
      await until(() => processIdentity(pid) === null, 'the daemon to end');
      await up();
      await until(
        async () => (await ask('tiny-staging').catch(() => '')).startsWith('one '),
        'staging to answer',
      );
      expect((await containers(stateDir)).toSorted()).toEqual(before);
      const again = await status();
      process.kill(again.pid, 'SIGKILL');
      await until(() => processIdentity(again.pid) === null, 'the daemon to end');
      const { code, stdout } = await run('cloud', 'down');
      expect(code).toBe(0);
      expect(stdout).toContain('4 containers');
      expect(await containers(stateDir)).toEqual([]);
      const networks = await docker?.run(
        'network',
        'ls',
        '-q',
        '--filter',
        `label=dev.glidepath.cloud=${stateDir}`,
      );
      expect(networks).toBe('');
    });
  },
);
