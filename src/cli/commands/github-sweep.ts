import { EXIT } from '../../diagnostics/error-codes.ts';
import { DEPLOYMENT_TASK } from '../../pipeline/github/deployment-payload.ts';
import { isTerminal, unfinishedOf, type FoundDeployment } from '../../pipeline/github/unfinished.ts';
import { forPullRequest } from '../../plan/for-pull-request.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requireDesk, type GithubDesk } from '../github/github-desk.ts';
import { readEnvironment, type HostEnvironment } from '../github/read-history.ts';
import { writeJson } from '../output.ts';
import type { Workbench } from '../workbench.ts';
import { openBench } from './deploy.ts';

/** Deployments of review apps that are looked at: all pull requests share one environment on GitHub. */
const REVIEWS_MAX = 100;

/** One deployment that has not come to an end. */
interface Left {
  readonly environment: string;
  readonly run: string;
  readonly commit: string;
  readonly state: 'unfinished' | 'in progress';
  readonly words: string;
}

/** `glidepath github sweep`: closes deployments of dead runs on GitHub, and lists what is not finished. Deploys nothing. */
export async function githubSweep(context: CommandContext): Promise<ExitCode> {
  await using bench = await openBench(context, { journalOnly: true });
  const desk = await requireDesk(context, bench);
  const left: Left[] = [];
  for (const of of await environmentsOf(desk, bench)) {
    const found = await readEnvironment(desk, context, bench, of, { isSweeping: true });
    const half = unfinishedOf(found).map((each) => leftOf(of, each, 'unfinished'));
    const alive = found.filter(({ state }) => !isTerminal(state));
    left.push(...half, ...alive.map((each) => leftOf(of, each, 'in progress')));
  }
  const { output } = context;
  if (output.json) writeJson(output, { left });
  else if (left.length === 0) output.write('Every deployment on GitHub has finished.\n');
  for (const { environment, run, commit, state, words } of output.json ? [] : left)
    output.write(`${environment}: ${run} (${commit.slice(0, 7)}) is ${state}. ${words}\n`);
  return EXIT.ok;
}

/** Those that stay, and of review apps one for each pull request that GitHub has a deployment of. */
async function environmentsOf(desk: GithubDesk, { project }: Workbench): Promise<readonly HostEnvironment[]> {
  const all: HostEnvironment[] = [];
  for (const environment of project.environments) {
    const { name, kind } = environment;
    if (kind === 'standing') all.push({ environment, hostEnvironment: name, pullRequest: null });
    if (kind !== 'review') continue;
    const filter = { environment: name, task: DEPLOYMENT_TASK, limit: REVIEWS_MAX };
    for (const number of numbersIn(await desk.host.deployments(filter)))
      all.push({
        environment: forPullRequest(environment, number),
        hostEnvironment: name,
        pullRequest: number,
      });
  }
  return all;
}

function numbersIn(deployments: Awaited<ReturnType<GithubDesk['host']['deployments']>>): ReadonlySet<number> {
  const numbers = deployments.map(({ payload }) =>
    typeof payload === 'object' && payload !== null && 'pullRequest' in payload
      ? Number(payload['pullRequest'])
      : 0,
  );
  return new Set(numbers.filter((number) => Number.isSafeInteger(number) && number > 0));
}

function leftOf(
  { environment }: HostEnvironment,
  { payload, description, logUrl }: FoundDeployment,
  state: Left['state'],
): Left {
  const words = `${description}${logUrl === null ? '' : ` ${logUrl}`}`;
  return { environment: environment.name, run: payload.run, commit: payload.commit, state, words };
}
