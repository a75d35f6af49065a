import type { Context } from 'hono';
import type { NeonContext } from '../neon-context.ts';
import { projectOf } from '../neon-grant.ts';
import type { NeonBranch } from '../records.ts';

/** The branch of the path, which is there. Throws the API's 404. */
export function branchOf(c: Context, context: NeonContext): NeonBranch {
  const project = projectOf(c, context);
  return context.state.branch(project.id, c.req.param('branch') ?? '');
}
