import type { Command } from 'commander';
import type { Register } from './register.ts';

/** The commands about what ran. */
export function addRunCommands(program: Command, register: Register): void {
  register(
    program,
    'releases <environment>',
    'the releases that were live in an environment, newest first',
    async (context, [environment = ''], options) => {
      const { releases } = await import('../commands/releases.ts');
      return releases(context, environment, { isFromGithub: options['fromGithub'] === true });
    },
  ).option('--from-github', 'also what was deployed from elsewhere, as GitHub remembers it');
  register(
    program,
    'history [environment]',
    'every deployment, promotion and rollback, also those that failed',
    async (context, [environment]) => {
      const { history } = await import('../commands/releases.ts');
      return history(context, environment ?? null);
    },
  );
  register(program, 'runs', 'durable runs, newest first', async (context) => {
    const { runs } = await import('../commands/runs.ts');
    return runs(context);
  });
  addSingleRunCommands(program, register);
}

function addSingleRunCommands(program: Command, register: Register): void {
  const run = program.command('run').description('show, resume or cancel one run');
  register(run, 'show <id>', 'a run with its steps and what they printed', async (context, [id = '']) => {
    const { runShow } = await import('../commands/runs.ts');
    return runShow(context, id);
  });
  register(
    run,
    'resume <id>',
    'go on with an interrupted run, or one whose process died',
    async (context, [id = '']) => {
      const { runResume } = await import('../commands/runs.ts');
      return runResume(context, id);
    },
  );
  register(run, 'cancel <id>', 'stop a run and put back what it changed', async (context, [id = '']) => {
    const { runCancel } = await import('../commands/runs.ts');
    return runCancel(context, id);
  });
  for (const [word, decision, description] of [
    [
      'approve',
      'approved',
      'approve what a run waits for, and go on with it; of an environment, by a comment on GitHub',
    ],
    [
      'reject',
      'rejected',
      'reject what a run waits for; it ends, undone; of an environment, by a comment on GitHub',
    ],
  ] as const) {
    register(program, `${word} <run-or-environment>`, description, async (context, [id = ''], options) => {
      const { decide } = await import('../commands/approve.ts');
      return decide(context, id, decision, { commit: text(options['commit']), plan: text(options['plan']) });
    })
      .option('--commit <sha>', 'of an environment: the commit that waits; HEAD otherwise')
      .option('--plan <hash>', 'the plan that is meant, so that no other is; ten digits of it');
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
