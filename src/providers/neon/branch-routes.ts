import type { BranchRoutes } from './neon-api.ts';
import { inProject, onBranch, orNull, type NeonCalls } from './neon-calls.ts';
import type { NeonBranch } from './wire-types.ts';

/** As many as Neon's own client asks for. */
const BRANCHES_A_PAGE = 100;

/** Names the routes about branches and their computes. */
export function branchRoutes(calls: NeonCalls): BranchRoutes {
  return {
    async branches(project, search, signal) {
      const query = { limit: BRANCHES_A_PAGE, ...(search === '' ? {} : { search }) };
      return calls.all({ ...inProject(project, '/branches'), query, signal }, 'branches', 'next');
    },
    branch: async (project, id, signal) =>
      orNull(calls.part<NeonBranch>({ ...onBranch(project, { id, name: id }), signal }, 'branch')),
    createBranch: async (project, order, signal) =>
      calls.change({
        method: 'POST',
        ...inProject(project, '/branches'),
        resource: `branch ${order.branch.name} of project ${project.name}`,
        body: order,
        signal,
      }),
    keepBranch: async (project, branch, signal) =>
      calls.change({
        method: 'PATCH',
        ...onBranch(project, branch),
        body: { branch: { expires_at: null } },
        isRepeatable: true,
        signal,
      }),
    expireBranch: async (project, branch, expiry, signal) =>
      calls.change({
        method: 'PATCH',
        ...onBranch(project, branch),
        body: { branch: { expires_at: expiry } },
        isRepeatable: true,
        signal,
      }),
    deleteBranch: async (project, branch, signal) =>
      (await orNull(
        calls.change({ method: 'DELETE', ...onBranch(project, branch), isRepeatable: true, signal }),
      )) ?? {},
    restoreBranch: async (project, branch, body, signal) =>
      calls.change({ method: 'POST', ...onBranch(project, branch, '/restore'), body, signal }),
    endpoints: async (project, branch, signal) =>
      calls.part({ ...onBranch(project, branch, '/endpoints'), signal }, 'endpoints'),
    createEndpoint: async (project, branch, settings, signal) =>
      calls.change({
        method: 'POST',
        ...inProject(project, '/endpoints'),
        resource: `the compute of branch ${branch.name}`,
        body: { endpoint: { branch_id: branch.id, type: 'read_write', ...settings } },
        signal,
      }),
    updateEndpoint: async (project, endpoint, settings, signal) =>
      calls.change({
        method: 'PATCH',
        ...inProject(project, `/endpoints/${encodeURIComponent(endpoint.id)}`),
        resource: `compute ${endpoint.id} of project ${project.name}`,
        body: { endpoint: settings },
        isRepeatable: true,
        signal,
      }),
    databases: async (project, branch, signal) =>
      calls.part({ ...onBranch(project, branch, '/databases'), signal }, 'databases'),
    roles: async (project, branch, signal) =>
      calls.part({ ...onBranch(project, branch, '/roles'), signal }, 'roles'),
  };
}
