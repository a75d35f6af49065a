import { processIdentity } from '../../machines/process-table.ts';
import type { GithubContext } from '../github-context.ts';
import { settleRefs, withRefs } from './ref-changes.ts';

/** A push whose client is gone ends by itself in far less. */
const WAIT_MS = 5_000;
const LOOK_MS = 20;

/** Brings to an end what a killed cloud had begun: repositories without a record go, pushes without their events get them. */
export async function recoverPushes(context: GithubContext): Promise<void> {
  const { state, git, clock } = context;
  for (const push of state.all('pushes')) {
    const { pid, processIdentity: identity } = push;
    // Git may still be at it, for it does not end with its parent.
    const isAtIt = (): boolean => pid !== null && identity !== null && processIdentity(pid) === identity;
    for (const until = clock.now() + WAIT_MS; clock.now() < until && isAtIt();) await clock.sleep(LOOK_MS);
    await withRefs(context, push.repositoryId, () => settleRefs(context, push.repositoryId, push));
    state.remove('pushes', push.id);
  }
  const known = new Set(state.all('repositories').map(({ id }) => id));
  for (const id of git.list()) if (!known.has(id)) git.remove(id);
}
