import type { Command } from 'commander';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';

/** The commands about what ran. */
export function addRunCommands(program: Command, register: Register): void {
  register(
    program,
    'releases <environment>',
    {
      heading: HEADING.look,
      summary: 'List the releases of an environment',
      details: 'Lists the releases that were live in an environment, newest first.',
      args: ['an environment of the config'],
      examples: ['releases production'],
    },
    async (context, [environment = ''], options) => {
      const { releases } = await import('../commands/releases.ts');
      return releases(context, environment, { isFromGithub: options['fromGithub'] === true });
    },
  ).option('--from-github', 'include deployments made elsewhere, as recorded on GitHub');
  register(
    program,
    'history [environment]',
    {
      heading: HEADING.look,
      summary: 'List deployments, promotions, rollbacks',
      details: 'Lists every deployment, promotion and rollback, including failed ones.',
      args: ['an environment of the config; all of them otherwise'],
      examples: ['history', 'history production'],
    },
    async (context, [environment]) => {
      const { history } = await import('../commands/releases.ts');
      return history(context, environment ?? null);
    },
  );
  const listed = {
    heading: HEADING.look,
    summary: 'List runs, newest first',
    examples: ['runs', 'runs --json'],
  };
  register(program, 'runs', listed, async (context) => {
    const { runs } = await import('../commands/runs.ts');
    return runs(context);
  });
  addSingleRunCommands(program, register);
}

function addSingleRunCommands(program: Command, register: Register): void {
  const run = program
    .command('run')
    .helpGroup(HEADING.look)
    .summary('Show, resume or cancel one run')
    .description('One run: show, resume or cancel it.');
  const id = ['the id of a run, as glidepath runs shows it'];
  const show = {
    summary: 'Show a run, its steps and their output',
    args: id,
    examples: ['run show run-3f2a'],
  };
  register(run, 'show <id>', show, async (context, [run = '']) => {
    const { runShow } = await import('../commands/runs.ts');
    return runShow(context, run);
  });
  const resume = {
    summary: 'Resume an interrupted run',
    details: 'Resumes a run that was interrupted or whose process died, from where it stopped.',
    args: id,
    examples: ['run resume run-3f2a'],
  };
  register(run, 'resume <id>', resume, async (context, [run = '']) => {
    const { runResume } = await import('../commands/runs.ts');
    return runResume(context, run);
  });
  const cancel = { summary: 'Stop a run and undo its changes', args: id, examples: ['run cancel run-3f2a'] };
  register(run, 'cancel <id>', cancel, async (context, [run = '']) => {
    const { runCancel } = await import('../commands/runs.ts');
    return runCancel(context, run);
  });
}

/** `approve` and `reject`, of a run here and of a deployment on GitHub. */
export function addDecisionCommands(program: Command, register: Register): void {
  for (const [word, decision, summary, details] of [
    [
      'approve',
      'approved',
      'Approve what is waiting',
      'Approves a waiting run and continues it, or approves the deployment of an environment on GitHub, by a comment or as a reviewer.',
    ],
    [
      'reject',
      'rejected',
      'Reject what is waiting',
      'Rejects a waiting run, which ends and is undone, or rejects the deployment of an environment on GitHub, by a comment or as a reviewer.',
    ],
  ] as const) {
    const help = {
      heading: HEADING.deploy,
      summary,
      details,
      args: ['the id of a waiting run, or an environment'],
      examples: [`${word} run-3f2a`, `${word} production --commit 12d5294`],
    };
    register(program, `${word} <run-or-environment>`, help, async (context, [id = ''], options) => {
      const { decide } = await import('../commands/approve.ts');
      return decide(context, id, decision, {
        commit: text(options['commit']),
        plan: text(options['plan']),
        as: text(options['as']),
      });
    })
      .option('--commit <sha>', 'of an environment: the waiting commit; HEAD otherwise')
      .option('--plan <hash>', 'the first ten digits of the plan, so that no other plan is meant')
      .option('--as <login>', 'on the local GitHub: who decides');
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
