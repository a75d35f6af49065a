import type { Command } from 'commander';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';

/** The commands of the local cloud. */
export function addCloudCommands(program: Command, register: Register): void {
  const cloud = program
    .command('cloud')
    .helpGroup(HEADING.cloud)
    .summary('Start, stop and disturb the local cloud')
    .description('The local cloud: local servers that speak the platforms’ own APIs.');
  addUp(cloud, register);
  addDown(cloud, register);
  addWorldCommands(cloud, register);
}

function addUp(cloud: Command, register: Register): void {
  const help = {
    summary: 'Start the local cloud of this project',
    examples: ['cloud up', 'cloud up --machines container --idle 5s'],
  };
  register(cloud, 'up', help, async (context, _args, options) => {
    const { cloudUp } = await import('../commands/cloud.ts');
    return cloudUp(context, {
      port: number(options['port']),
      edgePort: number(options['edgePort']),
      idle: string(options['idle']),
      machines: string(options['machines']),
    });
  })
    .option('--port <number>', 'the port of the platform APIs; 4280 otherwise')
    .option('--edge-port <number>', 'the port of the edge; the next one otherwise')
    .option('--machines <how>', 'process, container, or auto: containers if a container engine is running')
    .option('--idle <duration>', 'stop idle machines that may sleep after this long, such as 5s');
}

function addDown(cloud: Command, register: Register): void {
  const down = { summary: 'Stop it and every process it started', examples: ['cloud down'] };
  register(cloud, 'down', down, async (context, _args, options) => {
    const { cloudDown } = await import('../commands/cloud.ts');
    return cloudDown(context, { isForced: options['force'] === true });
  }).option('--force', 'even while a run is in progress on it');
  register(
    cloud,
    'status',
    {
      summary: 'Show what runs on it',
      details: 'Shows services, apps, machines with CPU and memory, databases and addresses.',
      examples: ['cloud status'],
    },
    async (context) => {
      const { cloudStatus } = await import('../commands/cloud.ts');
      return cloudStatus(context);
    },
  );
  register(
    cloud,
    'reset',
    {
      summary: 'Stop it and delete everything on it',
      details: 'Stops the local cloud and deletes every app, database and image on it.',
      examples: ['cloud reset'],
    },
    async (context, _args, options) => {
      const { cloudReset } = await import('../commands/cloud.ts');
      return cloudReset(context, { isForced: options['force'] === true });
    },
  ).option('--force', 'even while a run is in progress on it');
}

/** What is made to happen around the apps: faults, names and distances. */
function addWorldCommands(cloud: Command, register: Register): void {
  register(
    cloud,
    'fault [words...]',
    {
      summary: 'Inject, list or clear faults',
      args: ['a fault as below, list, or clear'],
      examples: [
        'cloud fault crash web times=1',
        "cloud fault error POST '/v1/apps/*/machines'",
        'cloud fault clear',
      ],
    },
    async (context, args) => {
      const { cloudFault } = await import('../commands/cloud-fault.ts');
      return cloudFault(context, args);
    },
  ).addHelpText('after', FAULT_HELP);
  register(
    cloud,
    'dns [host]',
    {
      summary: 'Show or set local DNS records',
      args: ['the host name; all of them otherwise'],
      examples: ['cloud dns', 'cloud dns shop.example --points-to staging/web'],
    },
    async (context, [host], options) => {
      const { cloudDns } = await import('../commands/cloud-world.ts');
      return cloudDns(context, host ?? null, {
        pointsTo: string(options['pointsTo']),
        isCleared: options['clear'] === true,
      });
    },
  )
    .option('--points-to <name>', 'the app it points to, such as staging/web, or another host name')
    .option('--clear', 'delete its records');
  const region = {
    summary: 'Show or set simulated latency to regions',
    args: ['the region, such as fra; all of them otherwise'],
    examples: ['cloud region', 'cloud region fra --latency 80ms'],
  };
  register(cloud, 'region [code]', region, async (context, [code], options) => {
    const { cloudRegion } = await import('../commands/cloud-world.ts');
    return cloudRegion(context, code ?? null, string(options['latency']));
  }).option('--latency <duration>', 'the latency to set, such as 80ms; 0 removes it');
}

/** As `cloud/faults/parse-fault.ts` reads it; a test holds the two together. */
const FAULT_HELP = `
Faults, until cleared or as many times as given:
  error METHOD [github:]PATH [status=503] [times=N]
  rate-limit METHOD PATH [times=N]
  delay METHOD PATH delay=2s [times=N]
  lost-answer METHOD PATH [times=N]
  crash APP-OR-MACHINE [times=N]
  boot-failure APP-OR-MACHINE [times=N]
  slow-boot APP-OR-MACHINE delay=5s [times=N]
  unhealthy APP-OR-MACHINE
  flapping APP-OR-MACHINE delay=2s
  lease-stolen APP-OR-MACHINE delay=10s [times=N]
  image-gone APP[@sha256:…]
  host-unreachable APP-OR-MACHINE-OR-HOST
  no-capacity REGION [times=N]
  list
  clear

Name an app as in the config (web or staging/web) or as on
the platform. In a path, * stands for one segment.`;

const number = (value: unknown): number | null => (typeof value === 'string' ? Number(value) : null);
const string = (value: unknown): string | null => (typeof value === 'string' ? value : null);
