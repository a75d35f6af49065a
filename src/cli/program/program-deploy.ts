import type { Command } from 'commander';
import { readReviewedPlan, type ReviewedPlan } from '../../pipeline/approval/reviewed-plan.ts';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';
import { CONFIRM, REVIEWED, WAIT_FOR_LOCK } from './shared-options.ts';

/** The commands that put a release into an environment, and the one that shows what would be done. */
export function addDeployCommands(program: Command, register: Register): void {
  addPlan(program, register);
  addDeploy(program, register);
  addPromote(program, register);
  addRollback(program, register);
}

function addPlan(program: Command, register: Register): void {
  register(
    program,
    'plan <trigger...>',
    {
      heading: HEADING.deploy,
      summary: 'Show what a trigger would do',
      details: 'Shows every step a trigger would carry out, and changes nothing.',
      args: ['push main, tag v1.2.0, pr 42 opened, or deploy production'],
      examples: ['plan push main', 'plan deploy production --mermaid'],
    },
    async (context, args, options) => {
      const { plan } = await import('../commands/plan.ts');
      return plan(context, args, {
        isMermaid: options['mermaid'] === true,
        isExitCode: options['exitCode'] === true,
      });
    },
  )
    .option('--mermaid', 'print the graph as a Mermaid flowchart')
    .option('--exit-code', 'exit with 3 if there is anything to do');
}

function addDeploy(program: Command, register: Register): void {
  register(
    program,
    'deploy <environment>',
    {
      heading: HEADING.deploy,
      summary: 'Deploy a commit or a release',
      details:
        'Deploys a commit to an environment: gates, build, migrations, rollout, health checks. Undoes its own changes if anything fails.',
      args: ['an environment of the config'],
      examples: ['deploy staging', 'deploy production --ref v1.2.0', 'deploy staging --local'],
    },
    async (context, [environment = ''], options) => {
      const { deploy } = await import('../commands/deploy.ts');
      return deploy(context, environment, {
        ref: text(options['ref']),
        release: text(options['release']),
        confirm: text(options['confirm']),
        reviewed: reviewedPlan(options['reviewed']),
      });
    },
  )
    .option('--ref <ref>', 'the branch, tag or commit to deploy; HEAD otherwise')
    .option('--release <id>', 'deploy an existing release instead')
    .option(...CONFIRM)
    .option(...REVIEWED)
    .option(...WAIT_FOR_LOCK);
}

function addPromote(program: Command, register: Register): void {
  register(
    program,
    'promote <from> <to>',
    {
      heading: HEADING.deploy,
      summary: 'Deploy what runs in another environment',
      details: 'Deploys the release that is live in one environment to another, with the same image digests.',
      args: ['the environment where the release is live', 'the environment to deploy it to'],
      examples: ['promote staging production'],
    },
    async (context, [from = '', to = ''], options) => {
      const { promote } = await import('../commands/deploy.ts');
      return promote(context, from, to, {
        confirm: text(options['confirm']),
        reviewed: reviewedPlan(options['reviewed']),
      });
    },
  )
    .option(...CONFIRM)
    .option(...REVIEWED)
    .option(...WAIT_FOR_LOCK);
}

function addRollback(program: Command, register: Register): void {
  register(
    program,
    'rollback <environment>',
    {
      heading: HEADING.deploy,
      summary: 'Go back to an earlier release',
      details: 'Puts an earlier release of the environment back into service, from its own images.',
      args: ['an environment of the config'],
      examples: ['rollback production', 'rollback production --to r-12d5294-c8a8'],
    },
    async (context, [environment = ''], options) => {
      const { rollback } = await import('../commands/rollback.ts');
      return rollback(context, environment, {
        to: text(options['to']),
        apps: list(options['app']),
        across: list(options['acrossForwardOnly']) ?? [],
        confirm: text(options['confirm']),
      });
    },
  )
    .option('--to <release>', 'the release to go back to; the previous one otherwise')
    .option('--app <name...>', 'only these apps')
    .option(
      '--across-forward-only <release...>',
      'go back past these releases, even though earlier code does not work with their schema',
    )
    .option(...CONFIRM)
    .option(...WAIT_FOR_LOCK);
}

const reviewedPlan = (value: unknown): ReviewedPlan | null =>
  typeof value === 'string' ? readReviewedPlan(value) : null;
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const list = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : null;
