import { nameHint } from '../../config/did-you-mean.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { nothingThere, type RehearsalScene, type RehearsedAct } from './rehearsal-scene.ts';
import type { Rehearsal } from './rehearsal.ts';

/** A GitHub workflow, as the API lists it. */
interface ListedWorkflow {
  readonly name: string;
  readonly path: string;
}

/** As many as one page of GitHub has. */
const WORKFLOWS_MAX = 100;
const SHA = /^[0-9a-f]{40}$/;

/** Starts a GitHub workflow as its button does, or as its schedule would. Throws PLAN_UNKNOWN_TRIGGER with what there is. */
export async function startWorkflow(
  scene: RehearsalScene,
  rehearsal: Extract<Rehearsal, { kind: 'dispatch' | 'schedule' }>,
): Promise<RehearsedAct> {
  const { github, mainBranch } = scene;
  const file = await fileOf(scene, rehearsal.workflow);
  if (rehearsal.kind === 'schedule') {
    await github.fireSchedule(file).catch((error: unknown) => {
      if (!(error instanceof ToolError) || error.code !== 'CLOUD_REFUSED') throw error;
      throw new ToolError('PLAN_UNKNOWN_TRIGGER', `${file} has no schedule on ${mainBranch}.`, {
        hint: `Start it by hand: glidepath rehearse dispatch ${file}`,
        cause: error,
      });
    });
    return { expected: [{ event: 'schedule' }], sha: null, pullRequest: null };
  }
  const { ref, inputs } = rehearsal;
  const at = ref ?? mainBranch;
  await github.call('POST', `/repos/${github.repository}/actions/workflows/${file}/dispatches`, {
    body: { ref: at, inputs },
    hint: `See which inputs it takes: .github/workflows/${file}`,
  });
  const refs = await scene.scratch.remoteRefs(github.remote);
  const tip = refs.get(`refs/heads/${at}`) ?? refs.get(`refs/tags/${at}`) ?? null;
  // What is deployed by hand is the commit that was named.
  const named = inputs['ref'] !== undefined && SHA.test(inputs['ref']) ? inputs['ref'] : null;
  return { expected: [{ event: 'workflow_dispatch' }], sha: named ?? tip, pullRequest: null };
}

/** The file of a GitHub workflow of the main branch, by its file or its name, as `gh workflow run` takes them. */
async function fileOf({ github, scratch, mainBranch }: RehearsalScene, asked: string): Promise<string> {
  if (!(await scratch.remoteRefs(github.remote)).has(`refs/heads/${mainBranch}`))
    throw nothingThere(mainBranch);
  const path = `/repos/${github.repository}/actions/workflows?per_page=${WORKFLOWS_MAX}`;
  const { workflows } = (await github.call('GET', path)) as { workflows: readonly ListedWorkflow[] };
  const files = workflows.map((each) => {
    const file = each.path.split('/').at(-1) ?? '';
    return { ...each, file, bare: file.replace(/\.ya?ml$/, '') };
  });
  const found =
    files.find(({ file, bare, path: whole }) => [whole, file, bare].includes(asked)) ??
    files.find(({ name }) => name.toLowerCase() === asked.toLowerCase());
  if (found !== undefined) return found.file;
  throw new ToolError('PLAN_UNKNOWN_TRIGGER', `There is no GitHub workflow ${asked} on ${mainBranch}.`, {
    hint: nameHint(
      asked,
      files.map(({ bare }) => bare),
      'GitHub workflows',
    ),
  });
}
