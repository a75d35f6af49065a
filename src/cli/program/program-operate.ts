import type { Command } from 'commander';
import type { Register } from './register.ts';

/** The commands about what runs: look at it, ask it, read it, and scale it by hand. */
export function addOperateCommands(program: Command, register: Register): void {
  register(
    program,
    'status [environment]',
    'what runs where, how healthy, since when, by whom; who sleeps, and what is not as written',
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
    .option('--watch', 'again every 2 seconds, until interrupted')
    .option('--from-github', 'with what was deployed from elsewhere, as GitHub remembers it')
    .option('--emergency', 'the commands of flyctl to go on without Glidepath, with everything filled in');
  register(
    program,
    'health <environment>',
    'ask every app by its public address; wakes what sleeps, and measures its cold start',
    async (context, [environment = '']) => {
      const { health } = await import('../commands/health.ts');
      return health(context, environment);
    },
  );
  register(
    program,
    'logs <environment> [app]',
    'what the machines print',
    async (context, [environment = '', app], options) => {
      const { logs } = await import('../commands/logs.ts');
      return logs(context, environment, app ?? null, {
        lines: Number(options['lines'] ?? 100),
        follow: options['follow'] === true,
      });
    },
  )
    .option('-n, --lines <count>', 'lines to begin with', '100')
    .option('-f, --follow', 'go on until interrupted');
  addScaleCommand(program, register);
}

function addScaleCommand(program: Command, register: Register): void {
  register(
    program,
    'scale <environment> <app>',
    'counts and sizes in an emergency; drift until written into the config',
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
    .option('--count <region=number...>', 'how many machines a region has, such as iad=3 sjc=1')
    .option('--vm <size>', 'the size of every machine, such as shared-cpu-2x')
    .option('--memory <size>', 'the memory of every machine, such as 1gb')
    .option('--yes', 'also when that takes the app down')
    .option('--confirm <environment>', 'the name of the environment again, so that no other is meant');
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const list = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
