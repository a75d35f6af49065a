// Runs the real flyctl against the local cloud of a project: `node scripts/flyctl-trial.ts <project directory> [app]`.
// The project is one whose cloud is up and has an app, such as the demo's after `npm run demo -- --keep`. Where flyctl is
// not installed every command is named as skipped.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { organizationToken, readCloud } from '../src/cloud/control/client.ts';
import type { CloudInfo } from '../src/cloud/control/cloud-info.ts';

/** What an app is asked for, and what a trial needs to know of it. */
interface TrialApp {
  readonly name: string;
  readonly org: string;
  readonly machine: string;
  readonly image: string;
}

const COMMAND_TIMEOUT_MS = 180_000;

const [, , directory = '.', wanted] = process.argv;
const flyctl = ['flyctl', 'fly'].find((name) => spawnSync(name, ['version']).status === 0);
if (flyctl === undefined) {
  for (const command of commandsOf(
    { name: '<app>', org: '', machine: '<machine>', image: '<image>' },
    '<fly.toml>',
  ))
    console.log(`skipped, flyctl is not on this machine: flyctl ${command.join(' ')}`);
} else {
  process.exitCode = await trial(flyctl);
}

async function trial(command: string): Promise<number> {
  const cloud = await readCloud(join(resolve(directory), '.glidepath', 'cloud'));
  if (cloud === null) {
    console.error(`No local cloud runs in ${resolve(directory)}. Start it there: glidepath cloud up`);
    return 1;
  }
  const app = await findApp(cloud);
  const home = mkdtempSync(join(tmpdir(), 'glidepath-flyctl-'));
  const config = join(home, 'fly.toml');
  writeFileSync(config, `app = '${app.name}'\n`);
  const env = await environmentOf(cloud, app.org, home);
  let failed = 0;
  for (const args of commandsOf(app, config)) {
    console.log(`\n$ flyctl ${args.join(' ')}`);
    const { status } = spawnSync(command, args, {
      env: { ...process.env, ...env },
      stdio: 'inherit',
      timeout: COMMAND_TIMEOUT_MS,
    });
    if (status !== 0) failed += 1;
  }
  rmSync(home, { recursive: true, force: true });
  console.log(failed === 0 ? '\nEvery command succeeded.' : `\n${failed} commands failed.`);
  return failed === 0 ? 0 : 1;
}

function commandsOf({ name, machine, image }: TrialApp, config: string): string[][] {
  return [
    ['machine', 'list', '-a', name],
    ['machine', 'status', machine, '-a', name],
    ['scale', 'show', '-a', name],
    ['apps', 'list'],
    ['status', '-a', name],
    ['releases', '-a', name],
    ['deploy', '-a', name, '-c', config, '--image', image, '--ha=false', '--dns-checks=false', '--yes'],
    ['releases', '-a', name, '--image'],
  ];
}

/** Every variable by which flyctl is kept from the real platform; one forgotten, and a deployment goes there. */
async function environmentOf(cloud: CloudInfo, org: string, home: string): Promise<Record<string, string>> {
  const base = `http://127.0.0.1:${cloud.apiPort}`;
  return {
    FLY_FLAPS_BASE_URL: base,
    FLY_API_BASE_URL: base,
    FLY_UIEX_BASE_URL: base,
    FLY_METRICS_BASE_URL: base,
    FLY_SYNTHETICS_BASE_URL: base,
    FLY_REGISTRY_HOST: `127.0.0.1:${cloud.apiPort}`,
    FLY_API_TOKEN: await organizationToken(cloud, org),
    FLY_CONFIG_DIR: home,
    FLY_SEND_METRICS: '0',
    FLY_NO_UPDATE_CHECK: '1',
    FLY_SYNTHETICS_AGENT: '0',
    FLY_NO_INCIDENTS_CHECK: '1',
  };
}

async function findApp(cloud: CloudInfo): Promise<TrialApp> {
  const query = '{ apps { nodes { name organization { slug } machines { nodes { id config } } } } }';
  const response = await fetch(`http://127.0.0.1:${cloud.apiPort}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${cloud.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as {
    data: {
      apps: {
        nodes: {
          name: string;
          organization: { slug: string };
          machines: { nodes: { id: string; config: { image: string } }[] };
        }[];
      };
    };
  };
  for (const { name, organization, machines } of data.apps.nodes) {
    const [machine] = machines.nodes;
    if (machine === undefined || (wanted !== undefined && wanted !== name)) continue;
    return { name, org: organization.slug, machine: machine.id, image: machine.config.image };
  }
  throw new Error(`The local cloud has no app ${wanted ?? ''} with a machine.`);
}
