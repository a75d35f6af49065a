import type { Command } from 'commander';
import type { Register } from './register.ts';

/** The commands of the local cloud. */
export function addCloudCommands(program: Command, register: Register): void {
  const cloud = program
    .command('cloud')
    .description('the local cloud: local servers that speak the platforms’ own APIs');
  register(cloud, 'up', 'start the local cloud of this project', async (context, _args, options) => {
    const { cloudUp } = await import('../commands/cloud.ts');
    return cloudUp(context, {
      port: number(options['port']),
      edgePort: number(options['edgePort']),
      idle: string(options['idle']),
      machines: string(options['machines']),
    });
  })
    .option('--port <number>', 'the port of the platform APIs; 4280 otherwise')
    .option('--edge-port <number>', 'the port of the edge; one above otherwise')
    .option('--machines <how>', 'process, container, or auto: containers where an engine answers')
    .option('--idle <duration>', 'how long machines that may sleep stay up without a request, such as 5s');
  register(cloud, 'down', 'stop it and every process it started', async (context, _args, options) => {
    const { cloudDown } = await import('../commands/cloud.ts');
    return cloudDown(context, { isForced: options['force'] === true });
  }).option('--force', 'also while a run is under way on it');
  register(
    cloud,
    'status',
    'services, apps, machines with CPU and memory, databases, addresses',
    async (context) => {
      const { cloudStatus } = await import('../commands/cloud.ts');
      return cloudStatus(context);
    },
  );
  register(
    cloud,
    'reset',
    'stop and delete every app, database and image of the local cloud',
    async (context, _args, options) => {
      const { cloudReset } = await import('../commands/cloud.ts');
      return cloudReset(context, { isForced: options['force'] === true });
    },
  ).option('--force', 'also while a run is under way on it');
  addWorldCommands(cloud, register);
}

/** What is made to happen around the apps: faults, names and distances. */
function addWorldCommands(cloud: Command, register: Register): void {
  register(
    cloud,
    'fault [words...]',
    'switch a fault on, list them, or clear them',
    async (context, args) => {
      const { cloudFault } = await import('../commands/cloud-fault.ts');
      return cloudFault(context, args);
    },
  ).addHelpText('after', FAULT_HELP);
  register(
    cloud,
    'dns [host]',
    'where host names lead, as at a registrar',
    async (context, [host], options) => {
      const { cloudDns } = await import('../commands/cloud-world.ts');
      return cloudDns(context, host ?? null, {
        pointsTo: string(options['pointsTo']),
        isCleared: options['clear'] === true,
      });
    },
  )
    .option('--points-to <name>', 'the app it leads to, such as staging/web, or another host name')
    .option('--clear', 'take its records away');
  register(cloud, 'region [code]', 'how far regions are away', async (context, [code], options) => {
    const { cloudRegion } = await import('../commands/cloud-world.ts');
    return cloudRegion(context, code ?? null, string(options['latency']));
  }).option('--latency <duration>', 'put the region so far away, such as 80ms; 0 ends it');
}

/** As `cloud/faults/parse-fault.ts` reads it; a test holds the two together. */
const FAULT_HELP = `
Faults, until cleared or so many times:
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

An app is named as in the config, web or staging/web, or as on the platform. A path may have * for one part of it.
Such as: glidepath cloud fault error POST '/v1/apps/*/machines' times=1`;

const number = (value: unknown): number | null => (typeof value === 'string' ? Number(value) : null);
const string = (value: unknown): string | null => (typeof value === 'string' ? value : null);
