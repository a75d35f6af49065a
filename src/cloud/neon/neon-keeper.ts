import { deleteBranch, removeBranch } from './branches/delete-branch.ts';
import { removeProject } from './projects/delete-project.ts';
import { NeonApiError } from './neon-error.ts';
import type { NeonContext } from './neon-context.ts';
import type { NeonBranch } from './records.ts';
import { takeDueSnapshots } from './snapshots/take-due-snapshots.ts';

/** How often it looks. On Neon a branch goes within minutes of its time, too. */
const LOOK_MS = 1_000;

/** Sees to what has a time: branches and snapshots that expire, and deleted ones that can be had back no more. */
export class NeonKeeper {
  readonly #context: NeonContext;
  readonly #stopped = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(context: NeonContext) {
    this.#context = context;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Resolves when it looks no more. */
  stop(): Promise<void> {
    this.#stopped.abort();
    return this.#done;
  }

  async #run(): Promise<void> {
    const { clock } = this.#context;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      // What cannot be done now, because the project is busy or the disk is full, is due the next time, too.
      await this.#look().catch(() => undefined);
      await clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { state, clock, limits, clusters } = this.#context;
    const now = clock.now();
    for (const branch of state.all('branches'))
      if (isOver(branch.expiresAt, now)) expire(this.#context, branch);
    for (const branch of this.#beyondRecovery(now)) await removeBranch(this.#context, branch);
    for (const snapshot of state.all('snapshots').filter((one) => isOver(one.expiresAt, now))) {
      state.remove('snapshots', snapshot.id);
      await clusters.destroy(snapshot.clusterId);
    }
    const oldest = now - limits.recoverableSeconds * 1000;
    for (const project of state.all('projects'))
      if (isOver(project.deletedAt, oldest)) await removeProject(this.#context, project.id);
    takeDueSnapshots(this.#context);
  }

  /** Deleted branches whose time is over, and those of which there are too many. */
  #beyondRecovery(now: number): readonly NeonBranch[] {
    const { state, limits, operations } = this.#context;
    return state.all('projects').flatMap(({ id }) => {
      if (operations.isBusy(id)) return [];
      const deleted = state
        .all('branches')
        .filter((one) => one.projectId === id && one.deletion !== null)
        .sort((a, b) => (b.deletion?.at ?? 0) - (a.deletion?.at ?? 0));
      return deleted.filter(
        ({ deletion }, index) => index >= limits.recoverableBranches || isOver(deletion?.until ?? null, now),
      );
    });
  }
}

function isOver(time: number | null, now: number): boolean {
  return time !== null && time <= now;
}

/** A branch that cannot be deleted yet stays until it can. */
function expire(context: NeonContext, branch: NeonBranch): void {
  if (branch.deletion !== null || context.operations.isBusy(branch.projectId)) return;
  try {
    deleteBranch(context, branch, { isHard: false, method: 'ttl' });
  } catch (error) {
    if (!(error instanceof NeonApiError)) throw error;
  }
}
