import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../../access/admit.ts';
import { causeOf } from '../../access/caller.ts';
import type { Caller } from '../../access/caller.ts';
import { GithubApiError, notFound, refused } from '../../github-error.ts';
import { fullNameOf } from '../../github-state.ts';
import { commitOf } from '../../git/read-git.ts';
import type { RepositoryRecord } from '../../records.ts';
import { paginate, readBody } from '../../rest/read-request.ts';
import { repositoryPage, repositoryUrl } from '../../views/repository-view.ts';
import type { GithubSchemas } from '../../views/schemas.ts';
import { nodeId, timestamp } from '../../views/view-basics.ts';
import { checkInputs } from '../match/check-inputs.ts';
import type { JsonObject } from '../model/source.ts';
import type { Intake } from '../scheduler/intake.ts';
import { workflowRecord } from '../scheduler/run-order.ts';
import { workflowFiles } from '../scheduler/workflow-files.ts';
import type { WorkflowRecord } from '../store/records.ts';
import { READ, WRITE } from './actions-request.ts';
import { listRuns } from './run-routes.ts';
import type { ActionsRoutesOptions } from './run-routes.ts';

const CAUSES = { person: 'person', app: 'app', job: 'github-token' } as const;

const dispatch = z.looseObject({
  ref: z.string().min(1),
  inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  return_run_details: z.boolean().default(false),
});

/** GitHub workflows: which there are, and starting one by hand (REST "Workflows"). */
export function workflowRoutes(options: ActionsRoutesOptions & { readonly intake: Intake }): Hono {
  const { context } = options;
  const { github, store } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/actions/workflows');
  routes.get('/', async (c) => {
    const { repository } = admit(c, github, READ);
    const all = await knownWorkflows(options, repository);
    const page = paginate(c, github.baseUrl, all);
    return c.json({ total_count: all.length, workflows: page.map((one) => view(options, repository, one)) });
  });
  routes.get('/:workflow', async (c) => {
    const { repository } = admit(c, github, READ);
    return c.json(view(options, repository, await workflowOf(c, options, repository)));
  });
  routes.get('/:workflow/runs', async (c) => {
    const { repository } = admit(c, github, READ);
    const { id } = await workflowOf(c, options, repository);
    return listRuns(c, context, repository, ({ workflowId }) => workflowId === id);
  });
  for (const [path, isDisabled] of [
    ['disable', true],
    ['enable', false],
  ] as const)
    routes.put(`/:workflow/${path}`, async (c) => {
      const { repository } = admit(c, github, WRITE);
      store.change('workflows', (await workflowOf(c, options, repository)).id, { isDisabled });
      return c.body(null, 204);
    });
  routes.post('/:workflow/dispatches', async (c) => {
    const { repository, caller } = admit(c, github, WRITE);
    const workflow = await workflowOf(c, options, repository);
    return dispatched(c, options, { repository, caller, workflow });
  });
  return routes;
}

/** Those of the default branch, each with its number. */
async function knownWorkflows(
  { context }: ActionsRoutesOptions,
  repository: RepositoryRecord,
): Promise<readonly WorkflowRecord[]> {
  const dir = context.github.git.dirOf(repository.id);
  const sha = await commitOf(dir, `refs/heads/${repository.defaultBranch}`);
  const files = sha === null ? [] : [...(await workflowFiles(dir, sha)).values()];
  return files.map((file) => workflowRecord(context, repository, file));
}

/** By its number, or by the name of its file. */
async function workflowOf(
  c: Context,
  options: ActionsRoutesOptions,
  repository: RepositoryRecord,
): Promise<WorkflowRecord> {
  const wanted = c.req.param('workflow') ?? '';
  const all = await knownWorkflows(options, repository);
  const found =
    all.find(({ id, path }) => String(id) === wanted || path === wanted || path.endsWith(`/${wanted}`)) ??
    options.context.store
      .all('workflows')
      .find((one) => one.repositoryId === repository.id && String(one.id) === wanted);
  if (found === undefined) throw notFound();
  return found;
}

async function dispatched(
  c: Context,
  options: ActionsRoutesOptions & { readonly intake: Intake },
  on: { readonly repository: RepositoryRecord; readonly caller: Caller; readonly workflow: WorkflowRecord },
): Promise<Response> {
  const { context, intake } = options;
  const { repository, caller, workflow } = on;
  const { ref: asked, inputs: given, return_run_details: wantsDetails } = await readBody(c, dispatch);
  const dir = context.github.git.dirOf(repository.id);
  const candidates = asked.startsWith('refs/') ? [asked] : [`refs/heads/${asked}`, `refs/tags/${asked}`];
  let at: { ref: string; sha: string } | null = null;
  for (const ref of candidates) {
    const sha: string | null = await commitOf(dir, ref);
    if (sha !== null) at ??= { ref, sha };
  }
  if (at === null) throw refused(`No ref found for: ${asked}`);
  const file = (await workflowFiles(dir, at.sha)).get(workflow.path);
  if (file === undefined) throw refused(`Workflow does not exist on ${asked}: ${workflow.path}`);
  if (file.reading.kind === 'invalid')
    throw refused(`failed to parse workflow: ${file.reading.mistakes[0]?.message}`);
  if (!file.reading.workflow.triggers.some(({ event }) => event === 'workflow_dispatch'))
    throw refused("Workflow does not have 'workflow_dispatch' trigger");
  if (workflow.isDisabled) throw refused("Cannot trigger a 'workflow_dispatch' on a disabled workflow");
  const checked = checkInputs(file.reading.workflow.dispatchInputs, given);
  if ('mistakes' in checked) throw refused(checked.mistakes.join('; '));
  const defaultSha = await commitOf(dir, `refs/heads/${repository.defaultBranch}`);
  const payload: JsonObject = { ref: at.ref, workflow: workflow.path, inputs: checked.asText };
  const [run] = await intake.start(
    repository,
    {
      name: 'workflow_dispatch',
      action: undefined,
      payload,
      actor: { login: caller.account.login, by: CAUSES[causeOf(caller)] },
      repository: {
        fullName: fullNameOf(repository),
        defaultBranch: repository.defaultBranch,
        defaultSha: defaultSha ?? at.sha,
      },
      subject: { kind: 'ref', ...at },
    },
    { eventId: `dispatch/${context.store.nextId()}`, only: workflow.path, inputs: checked.inputs },
  );
  if (!wantsDetails) return c.body(null, 204);
  if (run === undefined) throw new GithubApiError(500, 'the run could not be found again');
  return c.json({
    workflow_run_id: run.id,
    run_url: `${repositoryUrl(context.github, repository)}/actions/runs/${run.id}`,
    html_url: `${repositoryPage(context.github, repository)}/actions/runs/${run.id}`,
  });
}

function view(
  { context }: ActionsRoutesOptions,
  repository: RepositoryRecord,
  { id, name, path, isDisabled, createdAt, updatedAt }: WorkflowRecord,
): GithubSchemas['workflow'] {
  const page = repositoryPage(context.github, repository);
  return {
    id,
    node_id: nodeId('W', id),
    name,
    path,
    state: isDisabled ? 'disabled_manually' : 'active',
    created_at: timestamp(createdAt),
    updated_at: timestamp(updatedAt),
    url: `${repositoryUrl(context.github, repository)}/actions/workflows/${id}`,
    html_url: `${page}/blob/${repository.defaultBranch}/${path}`,
    badge_url: `${page}/actions/workflows/${path.split('/').at(-1) ?? ''}/badge.svg`,
  };
}
