import { text as textOf } from 'node:stream/consumers';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { applySettings, type AppliedSetting } from '../../pipeline/github-setup/apply-settings.ts';
import { isPendingSetting, planSettings } from '../../plan/github-setup/plan-settings.ts';
import { wantedSettings, type WantedSettings } from '../../plan/github-setup/wanted-settings.ts';
import type { GithubOptions } from '../../providers/github/github-options.ts';
import { createGithubSettings, createGithubSettingsReader } from '../../providers/github/github-settings.ts';
import { BugError } from '../../util/assert.ts';
import { systemClock } from '../../util/clock.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { givenSecrets, type GivenSecretValue } from '../platforms/given-secrets.ts';
import { requireCloud, type LocalCloud } from '../platforms/local-cloud.ts';
import { githubOptions } from '../github/open-github.ts';
import { openProject } from '../project/open-project.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { createVault, type SecretVault } from '../platforms/secret-vault.ts';
import { renderSetup } from '../views/github/github-setup.ts';

/** What is typed after `github setup`. */
export interface TypedSetup {
  readonly isDryRun: boolean;
  readonly set: readonly string[];
  readonly isFromStdin: boolean;
}

/**
 * `glidepath github setup`: the settings of the repository as the config needs them. Ends with 3 when something is left:
 * with `--dry-run` before, without it secrets that nobody gave.
 */
export async function githubSetup(context: CommandContext, typed: TypedSetup): Promise<ExitCode> {
  const { project, root } = await openProject(context);
  const vault = createVault(context.env);
  const wanted = wantedSettings(project);
  const given = await readGiven(typed, wanted, vault);
  const cloud = context.isLocal ? await requireCloud(context, root) : null;
  const options = await githubOptions({
    project,
    root,
    cloud,
    vault,
    clock: systemClock,
    fetch: (url, init) => fetch(url, init),
    random: Math.random,
    log: (line) => context.output.error(`${line}\n`),
  });
  if (cloud !== null && !cloud.isInJob && !typed.isDryRun) {
    await ensureLocal(cloud, options.repository, project.mainBranch);
  }
  const applied = await setUp(context, options, { wanted, given, isDryRun: typed.isDryRun });
  show(context, options.repository, typed, applied);
  return exitCodeOf(applied, typed);
}

/** On the local GitHub the repository is made: for real that is what a person does, and its settings come after. */
async function ensureLocal(cloud: LocalCloud, repository: string, mainBranch: string): Promise<void> {
  const { openLocalGithub } = await import('../rehearsal/local-github.ts');
  await openLocalGithub(cloud, repository, (url, init) => fetch(url, init)).ensure(mainBranch);
}

/** Reads and hides every value before anything is sent. */
async function readGiven(
  typed: TypedSetup,
  wanted: WantedSettings,
  vault: SecretVault,
): Promise<readonly GivenSecretValue[]> {
  const { stdin } = process;
  if (typed.isFromStdin && stdin.isTTY) {
    throw new ToolError('CLI_USAGE', '--secrets-from-stdin reads standard input, but nothing was piped in.', {
      hint: 'glidepath github setup --secrets-from-stdin < secrets.txt',
    });
  }
  const given = await givenSecrets(
    wanted.environments,
    { set: typed.set, lines: typed.isFromStdin ? await textOf(stdin) : null },
    { read: (name) => vault.read(name), input: stdin.isTTY ? null : () => textOf(stdin) },
  );
  for (const { value } of given) vault.hide(value.reveal());
  return given;
}

async function setUp(
  context: CommandContext,
  options: GithubOptions,
  {
    wanted,
    given,
    isDryRun,
  }: { wanted: WantedSettings; given: readonly GivenSecretValue[]; isDryRun: boolean },
): Promise<readonly AppliedSetting[]> {
  const found = await withProgress(context, `Looking at ${options.repository}`, () =>
    createGithubSettingsReader(options).found(),
  );
  const changes = planSettings(wanted, found, given);
  if (isDryRun) return changes.map((change) => ({ change, outcome: null }));
  const secretOf = (environment: string, name: string): GivenSecretValue['value'] => {
    const secret = given.find((each) => each.environment === environment && each.name === name);
    if (secret === undefined) throw new BugError(`no value was given for ${name} of ${environment}`);
    return secret.value;
  };
  return withProgress(context, `Setting up ${options.repository}`, () =>
    applySettings({ settings: createGithubSettings(options), secretOf }, changes),
  );
}

function show(
  { output, isLocal }: CommandContext,
  repository: string,
  { isDryRun }: TypedSetup,
  applied: readonly AppliedSetting[],
): void {
  if (!output.json) {
    output.write(
      renderSetup(applied, { repository, isDryRun, isLocal, color: output.color, width: output.width }),
    );
    return;
  }
  const changes = applied.map(({ change: { mark, subject, details, reason }, outcome }) => ({
    mark,
    subject,
    details,
    reason,
    outcome: outcome?.kind ?? null,
    problem:
      outcome?.kind === 'failed'
        ? { code: outcome.error.code, message: outcome.error.message, hint: outcome.error.hint ?? null }
        : outcome?.kind === 'limited'
          ? { code: null, message: outcome.instead, hint: null }
          : null,
  }));
  writeJson(output, { repository, dryRun: isDryRun, changes });
}

function exitCodeOf(applied: readonly AppliedSetting[], { isDryRun }: TypedSetup): ExitCode {
  if (applied.some(({ outcome }) => outcome?.kind === 'failed')) return EXIT.failed;
  const isLeft = applied.some(({ change }) => (isDryRun ? isPendingSetting(change) : change.mark === 'ask'));
  return isLeft ? EXIT.changesPending : EXIT.ok;
}
