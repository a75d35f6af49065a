import { EXIT } from '../../diagnostics/error-codes.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import { generateFiles } from '../../emit/generate-files.ts';
import { createGitSource } from '../../providers/git/git-source.ts';
import {
  openScratchRepository,
  type FileChange,
  type ScratchRepository,
} from '../../providers/git/scratch-repository.ts';
import { ownVersion } from '../../util/own-file.ts';
import { systemClock } from '../../util/clock.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import type { LocalCloud } from '../platforms/local-cloud.ts';
import { githubOptions } from '../github/open-github.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { createVault } from '../platforms/secret-vault.ts';
import { renderRehearsal } from '../views/github/rehearsal.ts';
import { actOnGithub } from './act-on-github.ts';
import { carryOnHint } from './carry-on-hint.ts';
import { followActions } from './follow-actions.ts';
import { openLocalGithub } from './local-github.ts';
import { changedFiles, missingWorkflows } from './rehearsed-changes.ts';
import { rehearsalWords, type Rehearsal } from './rehearsal.ts';
import type { RehearsedSource } from './rehearsal-commit.ts';
import type { RehearsalScene } from './rehearsal-scene.ts';
import { newestDeployment, reportRehearsal, type ReportSources } from './rehearsal-report.ts';
import { rehearsedApprovals } from './rehearsed-approvals.ts';
import { setUpGithub } from './set-up-github.ts';
import { showActions } from './show-actions.ts';

/** What a rehearsal on the local GitHub is given. */
export interface OnGithubOptions {
  readonly project: ResolvedProject;
  readonly root: string;
  readonly cloud: LocalCloud;
  /** Files that the commit changes. */
  readonly changes: readonly string[];
  /** Actions whose tools may be missing here. */
  readonly withoutTool: readonly string[];
}

/**
 * Does on the local GitHub what the rehearsal is of, and shows what its GitHub workflows make of that, to the end. The
 * repository, its environments and its secrets are set up first, as `github setup` does for real.
 */
export async function rehearseOnGithub(
  context: CommandContext,
  rehearsal: Rehearsal,
  options: OnGithubOptions,
): Promise<ExitCode> {
  const { project, root, cloud } = options;
  const vault = createVault(context.env);
  const send = (url: string, init?: RequestInit): Promise<Response> => fetch(url, init);
  const asked = await githubOptions({
    project,
    root,
    cloud,
    vault,
    clock: systemClock,
    fetch: send,
    random: Math.random,
    log: () => undefined,
  });
  const github = openLocalGithub(cloud, asked.repository, send);
  await using scratch = await openScratchRepository(root);
  const hasBranchRules = rehearsal.kind === 'merge-queue';
  await withProgress(context, `Setting ${asked.repository} up on the local GitHub`, async () => {
    await github.ensure(project.mainBranch);
    await github.defaultTo(project.mainBranch);
    await github.allowWithoutTool(options.withoutTool);
    const madeUp = await setUpGithub({
      project,
      cloud,
      github: asked,
      local: github,
      vault,
      hasBranchRules,
    });
    for (const { name, environment } of madeUp)
      context.output.error(`! ${name} of ${environment} is not set here: something made up stands for it.\n`);
  });
  const source = createGitSource({ root });
  const at = async (ref: string) => ({ commit: await source.resolveRef(ref), folder: scratch.folder });
  const head = await at('HEAD');
  const scene: RehearsalScene = {
    github,
    scratch,
    mainBranch: project.mainBranch,
    sourceOf: async (ref) => ((await source.hasRef(ref)) ? at(ref) : null),
    head,
    changesOf: changesFor(context, options, { scratch, head }),
    warn: (line) => context.output.error(`${line}\n`),
    now: () => systemClock.now(),
  };
  const { createGithubReader } = await import('../../providers/github/github.ts');
  const host = createGithubReader(asked);
  return await follow(context, rehearsal, {
    scene,
    cloud,
    repository: asked.repository,
    project,
    approvalsOf: (commit) => rehearsedApprovals(host, project, { commit, now: systemClock.now() }),
  });
}

/** What a rehearsed commit has besides what is committed. What has to be generated is said once. */
function changesFor(
  context: CommandContext,
  { project, root, changes }: OnGithubOptions,
  { scratch, head }: { readonly scratch: ScratchRepository; readonly head: RehearsedSource },
): RehearsalScene['changesOf'] {
  const generated = generateFiles(project, { version: ownVersion() });
  let said = false;
  return async (from) => {
    const missing = await missingWorkflows(scratch, from, generated);
    if (missing.length > 0 && !said) sayMissing(context, missing);
    said = true;
    const named = await changedFiles(scratch, from, { root, cwd: context.cwd, files: changes, head });
    return [...missing, ...named];
  };
}

async function follow(
  context: CommandContext,
  rehearsal: Rehearsal,
  on: {
    readonly scene: RehearsalScene;
    readonly cloud: LocalCloud;
    readonly repository: string;
    readonly project: ResolvedProject;
    readonly approvalsOf: ReportSources['approvalsOf'];
  },
): Promise<ExitCode> {
  const listening = new AbortController();
  const stop = (): void => listening.abort();
  context.interrupt.addEventListener('abort', stop, { once: true });
  try {
    const before = await newestDeployment(on.scene.github);
    const feed = await followActions(on.cloud, (url, init) => fetch(url, init), listening.signal);
    const act = await actOnGithub(on.scene, rehearsal);
    const { expected } = act;
    const model = await showActions(context, feed, {
      clock: systemClock,
      expected,
      repository: on.repository,
      async letBegin(run) {
        context.output.error(`! ${run.title} was approved for you, as a maintainer would on GitHub.\n`);
        await on.scene.github.call('POST', `/repos/${on.repository}/actions/runs/${run.id}/approve`);
      },
    });
    if (context.interrupt.aborted) {
      context.output.error(`The GitHub workflows go on: ${on.scene.github.url}/actions\n`);
      return EXIT.interrupted;
    }
    const { approvalsOf } = on;
    const report = await reportRehearsal({ github: on.scene.github, act, model, before, approvalsOf });
    const title = rehearsalWords(rehearsal);
    if (context.output.json) writeJson(context.output, { kind: 'report', ...report }, true);
    else context.output.write(renderRehearsal(report, { color: context.output.color, title }));
    const hint = report.succeeded ? null : carryOnHint(on.project, rehearsal);
    if (hint !== null) context.output.error(`${hint}\n`);
    return report.succeeded ? EXIT.ok : EXIT.failed;
  } finally {
    listening.abort();
    context.interrupt.removeEventListener('abort', stop);
  }
}

function sayMissing({ output }: CommandContext, missing: readonly FileChange[]): void {
  const names = missing.map(({ path }) => path).join(', ');
  output.error(
    `! Not committed as they would be generated now, and added to what is rehearsed: ${names}\n  → Write and commit them: glidepath generate\n`,
  );
}
