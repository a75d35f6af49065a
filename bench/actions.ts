// What the local GitHub takes beside the steps of a run: the time from the event to the run's end, over the sum of the
// steps' own times on the longest way through its jobs.
import { ActionsRig } from '../test/support/actions-rig.ts';

const ROUNDS = 3;
const STEP_SECONDS = 1.5;

const STEP = `{ run: "sleep ${STEP_SECONDS}" }`;
/** Two jobs beside each other, then one that needs both and checks out the commit. */
const WORKFLOW = `
on: push
jobs:
  one: { runs-on: ubuntu-latest, steps: [${STEP}, ${STEP}] }
  two: { runs-on: ubuntu-latest, steps: [${STEP}] }
  last: { needs: [one, two], runs-on: ubuntu-latest, steps: [{ uses: actions/checkout@v7 }, ${STEP}, ${STEP}] }
`;

/** Prints the ratio of each round and their median. */
export async function run(): Promise<void> {
  await using rig = await ActionsRig.openWithActions();
  const first = nextEnd(rig);
  const clone = await rig.project({ 'bench.yml': WORKFLOW });
  await first;
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    await clone.commit('round', String(round));
    const ended = nextEnd(rig);
    await clone.git('push', '--quiet', 'origin', 'main');
    const { wallMs, ownMs } = timesOf(rig, await ended);
    ratios.push(wallMs / ownMs);
    console.log(
      `  3 jobs: ${wallMs} ms, steps on the longest way ${ownMs} ms, ratio ${(wallMs / ownMs).toFixed(3)}`,
    );
  }
  const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? Number.NaN;
  console.log(
    `a run of a GitHub workflow over the steps on its longest way: ${median.toFixed(3)} (goal ≤ 1.1)`,
  );
}

/** The next run that succeeds; it is waited for by listening, for asking would take the time that is measured. */
function nextEnd({ actions }: ActionsRig): Promise<number> {
  const { news } = actions.context;
  return new Promise((resolve, reject) => {
    const stop = news.watch(news.newest, (item) => {
      if (item.kind !== 'run') return;
      const { id, status, conclusion } = item.run as {
        id: number;
        status: string;
        conclusion: string | null;
      };
      if (status !== 'completed') return;
      stop();
      if (conclusion === 'success') resolve(id);
      else reject(new Error(`the run ended as ${conclusion}`));
    });
  });
}

function timesOf(
  { actions, github }: ActionsRig,
  runId: number,
): { readonly wallMs: number; readonly ownMs: number } {
  const { store } = actions.context;
  const run = store.get('runs', runId);
  const pushedAt = github.context.state.find('repositories', run.repositoryId)?.pushedAt ?? run.createdAt;
  const steps = store
    .all('jobs')
    .filter((job) => job.runId === runId && job.name !== 'two')
    .flatMap((job) => job.steps.filter(({ name }) => name.startsWith('Run ')));
  const ownMs = steps.reduce((sum, step) => sum + (step.completedAt ?? 0) - (step.startedAt ?? 0), 0);
  return { wallMs: run.updatedAt - pushedAt, ownMs };
}

if (import.meta.main) await run();
