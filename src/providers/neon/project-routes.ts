import type { ProjectRoutes } from './neon-api.ts';
import { inProject, onBranch, orNull, type NeonCalls } from './neon-calls.ts';
import type { NeonProject } from './wire-types.ts';

/** As many as Neon gives at once. */
const PROJECTS_A_PAGE = 400;
const OPERATIONS_A_PAGE = 100;

/** Names the routes about projects. */
export function projectRoutes(calls: NeonCalls): ProjectRoutes {
  return {
    async projects({ search, org }, signal) {
      const query = { search, limit: PROJECTS_A_PAGE, ...(org === null ? {} : { org_id: org }) };
      const resource = `the projects${org === null ? '' : ` of ${org}`}`;
      return calls.all({ path: '/projects', query, resource, signal }, 'projects', 'cursor');
    },
    project: async (id, signal) =>
      orNull(calls.part<NeonProject>({ ...inProject({ id, name: id }), signal }, 'project')),
    createProject: async (project, signal) =>
      calls.change({
        method: 'POST',
        path: '/projects',
        body: { project },
        resource: `project ${project.name}`,
        signal,
      }),
    operation: async (project, id, signal) =>
      calls.part({ ...inProject(project, `/operations/${encodeURIComponent(id)}`), signal }, 'operation'),
    operations: async (project, signal) =>
      calls.part(
        { ...inProject(project, '/operations'), query: { limit: OPERATIONS_A_PAGE }, signal },
        'operations',
      ),
    async connectionUri(project, { branch, role, database, pooled }, signal) {
      const query = { branch_id: branch.id, role_name: role, database_name: database, pooled };
      const resource = `the URL of ${onBranch(project, branch).resource}`;
      return calls.part({ ...inProject(project, '/connection_uri'), query, resource, signal }, 'uri');
    },
  };
}
