import type { Command } from 'commander';
import type { Register } from './program.ts';

/** The commands of the local cloud. */
export function addCloudCommands(program: Command, register: Register): void {
  const cloud = program
    .command('cloud')
    .description('the local cloud: local servers that speak the platforms’ own APIs');
  register(cloud, 'up', 'start the local cloud of this project', async (context, _args, options) => {
    const { cloudUp } = await import('./commands/cloud.ts');
    return cloudUp(context, {
      port: number(options['port']),
      edgePort: number(options['edgePort']),
      idle: string(options['idle']),
    });
  })
    .option('--port <number>', 'the port of the platform APIs; 4280 otherwise')
    .option('--edge-port <number>', 'the port of the edge; one above otherwise')
    .option('--idle <duration>', 'how long machines that may sleep stay up without a request, such as 5s');
  register(cloud, 'down', 'stop it and every process it started', async (context) => {
    const { cloudDown } = await import('./commands/cloud.ts');
    return cloudDown(context);
  });
  register(
    cloud,
    'status',
    'services, apps, machines with CPU and memory, databases, addresses',
    async (context) => {
      const { cloudStatus } = await import('./commands/cloud.ts');
      return cloudStatus(context);
    },
  );
  register(
    cloud,
    'reset',
    'stop and delete every app, database and image of the local cloud',
    async (context) => {
      const { cloudReset } = await import('./commands/cloud.ts');
      return cloudReset(context);
    },
  );
  register(
    cloud,
    'fault [words...]',
    'switch a fault on, list them, or clear them',
    async (context, args) => {
      const { cloudFault } = await import('./commands/cloud.ts');
      return cloudFault(context, args);
    },
  ).addHelpText('after', FAULT_HELP);
}

/** As `cloud/faults/parse-fault.ts` reads it; a test holds the two together. */
const FAULT_HELP = `
Faults, until cleared or so many times:
  error METHOD PATH [status=503] [times=N]
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
  list
  clear

An app is named as on the platform, see glidepath cloud status. A path may have * for one part of it.
Such as: glidepath cloud fault error POST '/v1/apps/*/machines' times=1`;

const number = (value: unknown): number | null => (typeof value === 'string' ? Number(value) : null);
const string = (value: unknown): string | null => (typeof value === 'string' ? value : null);
