import type { Command } from 'commander';
import type { Register } from './program.ts';

/** The commands about what runs and what ran. */
export function addRunCommands(program: Command, register: Register): void {
  register(
    program,
    'status [environment]',
    'what runs where, how healthy, since when, by whom',
    async (context, [environment]) => {
      const { status } = await import('./commands/status.ts');
      return status(context, environment ?? null);
    },
  );
  register(
    program,
    'releases <environment>',
    'the releases that were live in an environment, newest first',
    async (context, [environment = '']) => {
      const { releases } = await import('./commands/releases.ts');
      return releases(context, environment);
    },
  );
  register(
    program,
    'history [environment]',
    'every deployment, promotion and rollback, also those that failed',
    async (context, [environment]) => {
      const { history } = await import('./commands/releases.ts');
      return history(context, environment ?? null);
    },
  );
  register(
    program,
    'logs <environment> [app]',
    'what the machines print',
    async (context, [environment = '', app], options) => {
      const { logs } = await import('./commands/logs.ts');
      return logs(context, environment, app ?? null, {
        lines: Number(options['lines'] ?? 100),
        follow: options['follow'] === true,
      });
    },
  )
    .option('-n, --lines <count>', 'lines to begin with', '100')
    .option('-f, --follow', 'go on until interrupted');
  register(
    program,
    'scale <environment> <app>',
    'counts and sizes in an emergency; drift until written into the config',
    async (context, [environment = '', app = ''], options) => {
      const { scale } = await import('./commands/scale.ts');
      return scale(
        context,
        { environment, app },
        {
          counts: list(options['count']),
          vm: text(options['vm']),
          memory: text(options['memory']),
          isConfirmed: options['yes'] === true,
        },
      );
    },
  )
    .option('--count <region=number...>', 'how many machines a region has, such as iad=3 sjc=1')
    .option('--vm <size>', 'the size of every machine, such as shared-cpu-2x')
    .option('--memory <size>', 'the memory of every machine, such as 1gb')
    .option('--yes', 'also when that takes the app down');
  register(program, 'runs', 'durable runs, newest first', async (context) => {
    const { runs } = await import('./commands/runs.ts');
    return runs(context);
  });
  addSingleRunCommands(program, register);
}

function addSingleRunCommands(program: Command, register: Register): void {
  const run = program.command('run').description('show, resume or cancel one run');
  register(run, 'show <id>', 'a run with its steps and what they printed', async (context, [id = '']) => {
    const { runShow } = await import('./commands/runs.ts');
    return runShow(context, id);
  });
  register(
    run,
    'resume <id>',
    'go on with an interrupted run, or one whose process died',
    async (context, [id = '']) => {
      const { runResume } = await import('./commands/runs.ts');
      return runResume(context, id);
    },
  );
  register(run, 'cancel <id>', 'stop a run and put back what it changed', async (context, [id = '']) => {
    const { runCancel } = await import('./commands/runs.ts');
    return runCancel(context, id);
  });
  register(
    program,
    'approve <id>',
    'approve what a run waits for, and go on with it',
    async (context, [id = '']) => {
      const { decide } = await import('./commands/approve.ts');
      return decide(context, id, 'approved');
    },
  );
  register(
    program,
    'reject <id>',
    'reject what a run waits for; it ends, undone',
    async (context, [id = '']) => {
      const { decide } = await import('./commands/approve.ts');
      return decide(context, id, 'rejected');
    },
  );
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const list = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
