// One group of a repository: at most one holds it, the others wait in the order in which they came.
//
//   free ──request──► running ──release──► the first that waits, or free
//   running ──request, queue single──► waits; whoever waited before is cancelled
//   running ──request, queue max──► waits behind the others, at most 100
//   running ──request, cancel-in-progress──► the running one is asked to end; it keeps the group until it has
//
// docs: control-workflow-concurrency; changelog 2026-05-07 (queue).
import type {
  ConcurrencyDecision,
  ConcurrencyEffect,
  ConcurrencyGroup,
  ConcurrencyHolder,
  ConcurrencyRequest,
  ConcurrencyState,
} from '../model/concurrency.ts';

/** With `queue: max` so many wait; one more is cancelled. */
export const PENDING_MAX = 100;

const FREE: ConcurrencyGroup = { running: undefined, cancelling: false, pending: [] };

/** Somebody wants a group. One that has it or waits for it already changes nothing. */
export function requestGroup(
  state: ConcurrencyState,
  holder: ConcurrencyHolder,
  request: ConcurrencyRequest,
): ConcurrencyDecision {
  const name = request.group.toLowerCase();
  const group = state[name] ?? FREE;
  const { running, pending } = group;
  if (running === undefined) return decided(state, name, { ...FREE, running: holder }, [start(holder)]);
  if ([running, ...pending].some(({ key }) => key === holder.key)) return { state, effects: [] };
  if (holder.within.includes(running.key)) {
    const why = `Canceling since a deadlock for concurrency group '${request.group}' was detected between '${running.key}' and '${holder.key}'`;
    return { state, effects: [{ kind: 'cancel-pending', holder, why }] };
  }
  const why = `Canceling since a higher priority waiting request for '${request.group}' exists`;
  if (request.queue === 'max' && pending.length >= PENDING_MAX) {
    const full = `Canceling since ${PENDING_MAX} are waiting for '${request.group}' already`;
    return { state, effects: [{ kind: 'cancel-pending', holder, why: full }] };
  }
  const replaced = request.queue === 'max' ? [] : pending;
  const cancels = request.cancelInProgress && !group.cancelling;
  return decided(
    state,
    name,
    {
      running,
      cancelling: group.cancelling || request.cancelInProgress,
      pending: [...(request.queue === 'max' ? pending : []), holder],
    },
    [
      ...replaced.map((one) => ({ kind: 'cancel-pending', holder: one, why }) as const),
      ...(cancels ? [{ kind: 'cancel-running', holder: running, why } as const] : []),
      { kind: 'wait', holder, behind: running.key },
    ],
  );
}

/** Somebody has ended, or waits no longer: in every group, the first that waits comes to its turn. */
export function releaseGroup(state: ConcurrencyState, key: string): ConcurrencyDecision {
  const effects: ConcurrencyEffect[] = [];
  const groups = Object.entries(state).flatMap(([name, group]) => {
    const pending = group.pending.filter((one) => one.key !== key);
    if (group.running?.key !== key) return [[name, { ...group, pending }] as const];
    const [next, ...rest] = pending;
    if (next === undefined) return [];
    effects.push(start(next));
    return [[name, { running: next, cancelling: false, pending: rest }] as const];
  });
  return { state: Object.fromEntries(groups), effects };
}

function decided(
  state: ConcurrencyState,
  name: string,
  group: ConcurrencyGroup,
  effects: readonly ConcurrencyEffect[],
): ConcurrencyDecision {
  return { state: { ...state, [name]: group }, effects };
}

function start(holder: ConcurrencyHolder): ConcurrencyEffect {
  return { kind: 'start', holder };
}
