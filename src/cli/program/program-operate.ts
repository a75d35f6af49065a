import type { Command } from 'commander';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';

/** The commands about what runs: look at it, ask it, read it. */
export function addOperateCommands(program: Command, register: Register): void {
  register(
    program,
    'status [environment]',
    {
      heading: HEADING.look,
      summary: 'Show what runs where, and drift',
      details:
        'Shows what runs where, how healthy, since when and by whom; what is asleep, and drift from the config.',
      args: ['an environment of the config; all of them otherwise'],
      examples: ['status', 'status production --watch', 'status production --emergency'],
    },
    async (context, [environment], options) => {
      if (options['emergency'] === true) {
        const { emergency } = await import('../commands/emergency.ts');
        return emergency(context, environment ?? null);
      }
      const { status } = await import('../commands/status.ts');
      return status(context, environment ?? null, {
        isWatching: options['watch'] === true,
        isFromGithub: options['fromGithub'] === true,
      });
    },
  )
    .option('--watch', 'refresh every 2 seconds, until Ctrl-C')
    .option('--from-github', 'include deployments made elsewhere, as recorded on GitHub')
    .option('--emergency', 'print the exact fly commands to continue without Glidepath');
  register(
    program,
    'health <environment>',
    {
      heading: HEADING.look,
      summary: 'Request every app by its public address',
      details: 'Requests every app by its public address. Wakes what is asleep, and measures its cold start.',
      args: ['an environment of the config'],
      examples: ['health production'],
    },
    async (context, [environment = '']) => {
      const { health } = await import('../commands/health.ts');
      return health(context, environment);
    },
  );
  register(
    program,
    'logs <environment> [app]',
    {
      heading: HEADING.look,
      summary: 'Show what the machines print',
      args: ['an environment of the config', 'one app; all of them otherwise'],
      examples: ['logs staging web', 'logs production --follow'],
    },
    async (context, [environment = '', app], options) => {
      const { logs } = await import('../commands/logs.ts');
      return logs(context, environment, app ?? null, {
        lines: Number(options['lines'] ?? 100),
        follow: options['follow'] === true,
      });
    },
  )
    .option('-n, --lines <count>', 'lines to start with', '100')
    .option('-f, --follow', 'keep printing, until Ctrl-C');
}

/** `scale`, the one of them that changes something. */
export function addScaleCommand(program: Command, register: Register): void {
  register(
    program,
    'scale <environment> <app>',
    {
      heading: HEADING.deploy,
      summary: 'Change machine counts and sizes now',
      details:
        'Changes machine counts and sizes now, for emergencies. Shown as drift until the config says the same.',
      args: ['an environment of the config', 'an app of the config'],
      examples: ['scale production web --count iad=3 sjc=1', 'scale production web --memory 1gb'],
    },
    async (context, [environment = '', app = ''], options) => {
      const { scale } = await import('../commands/scale.ts');
      const typed = {
        counts: list(options['count']),
        vm: text(options['vm']),
        memory: text(options['memory']),
        isConfirmed: options['yes'] === true,
        confirm: text(options['confirm']),
      };
      return scale(context, { environment, app }, typed);
    },
  )
    .option('--count <region=number...>', 'machines per region, such as iad=3 sjc=1')
    .option('--vm <size>', 'the size of every machine, such as shared-cpu-2x')
    .option('--memory <size>', 'the memory of every machine, such as 1gb')
    .option('--yes', 'even if that takes the app down')
    .option('--confirm <environment>', 'repeat the environment’s name as a safeguard');
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const list = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
