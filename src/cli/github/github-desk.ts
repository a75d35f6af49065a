import type { ActionsJob } from '../../pipeline/github/deployment-payload.ts';
import type { CodeHost } from '../../providers/code-host.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { annotation } from './annotations.ts';
import type { CommandContext } from '../command-context.ts';
import type { GithubContext } from './github-context.ts';
import { isForReal, readGithubContext } from './read-github-context.ts';
import type { GithubSource } from './open-github.ts';
import type { SecretVault } from '../platforms/secret-vault.ts';
import type { Workbench } from '../workbench.ts';

/** From where a command speaks to GitHub, and as whom. */
export interface GithubDesk {
  readonly host: CodeHost;
  /** Null outside GitHub Actions. */
  readonly github: GithubContext | null;
  readonly actions: ActionsJob | null;
  /**
   * Does something on GitHub that a deployment must never fail for: what goes wrong is said in one warning, the first time.
   * Null where it went wrong.
   */
  quietly<T>(what: string, work: () => Promise<T>): Promise<T | null>;
}

/** Set to `github`, a command outside GitHub Actions reads its history there too, and writes it there. */
export const REPORT_VARIABLE = 'GLIDEPATH_REPORT';

/** One desk for each vault: a command has one. */
const DESKS = new WeakMap<SecretVault, Promise<GithubDesk | null>>();

/**
 * The desk of a command: inside GitHub Actions, or where `GLIDEPATH_REPORT=github` asks for it. Null elsewhere, on the
 * local cloud, and without a token, which is said.
 */
export function githubDesk(
  context: CommandContext,
  bench: Pick<Workbench, 'project' | 'root' | 'vault' | 'clock'>,
): Promise<GithubDesk | null> {
  const known = DESKS.get(bench.vault);
  if (known !== undefined) return known;
  const opened = openDesk(context, bench);
  DESKS.set(bench.vault, opened);
  return opened;
}

/** The same, whatever the environment says: for whoever asks for GitHub by name. Throws SECRET_MISSING or CLI_USAGE. */
export async function requireDesk(
  context: CommandContext,
  bench: Pick<Workbench, 'project' | 'root' | 'vault' | 'clock'>,
): Promise<GithubDesk> {
  const { openGithub } = await import('./open-github.ts');
  return deskAt(context, await openGithub(await sourceOf(context, bench)));
}

/** A desk at a code host that is open already. */
export function deskAt(context: CommandContext, host: CodeHost): GithubDesk {
  return deskOf(context, readGithubContext(context), host);
}

async function openDesk(
  context: CommandContext,
  bench: Pick<Workbench, 'project' | 'root' | 'vault' | 'clock'>,
): Promise<GithubDesk | null> {
  const github = readGithubContext(context);
  const isAsked = github !== null || context.env[REPORT_VARIABLE] === 'github';
  if (!isForReal(context) || !isAsked) return null;
  const { hasGithub } = await import('./open-github.ts');
  if (await hasGithub(await sourceOf(context, bench))) return requireDesk(context, bench);
  warn(context, github, 'No token for GitHub is set (GITHUB_TOKEN): nothing is read or said there.');
  return null;
}

/** From where GitHub is opened for a command. Throws CLOUD_NOT_RUNNING. */
export async function sourceOf(
  context: CommandContext,
  { project, root, vault, clock }: Pick<Workbench, 'project' | 'root' | 'vault' | 'clock'>,
): Promise<GithubSource> {
  const { requireCloud } = await import('../platforms/local-cloud.ts');
  return {
    project,
    root,
    cloud: context.isLocal ? await requireCloud(context, root) : null,
    vault,
    clock,
    fetch: (url, init) => fetch(url, init),
    random: Math.random,
    log: (line) => context.output.error(`${line}\n`),
  };
}

function deskOf(context: CommandContext, github: GithubContext | null, host: CodeHost): GithubDesk {
  const warned = new Set<string>();
  return {
    host,
    github,
    actions: github === null ? null : { run: github.runId, attempt: github.attempt, job: github.job },
    async quietly(what, work) {
      try {
        return await work();
      } catch (error) {
        const why = error instanceof ToolError ? error.message : String(error);
        // One missing right fails at every call of its kind.
        if (!warned.has(what)) warn(context, github, `GitHub: ${what} failed, and the run goes on: ${why}`);
        warned.add(what);
        return null;
      }
    },
  };
}

function warn(context: CommandContext, github: GithubContext | null, message: string): void {
  context.output.error(
    github === null ? `! ${message}\n` : annotation('warning', { title: 'Glidepath' }, message),
  );
}
