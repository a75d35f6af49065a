import { FlyApiError } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { SETTLED_STATES } from '../records.ts';
import type { MachineRecord } from '../records.ts';

/** What a wait is for. */
export interface WaitRequest {
  readonly app: string;
  readonly machineId: string;
  /** Names of states, or `settled`. */
  readonly states: readonly string[];
  /** Only this version of the machine counts; null for whichever is current. */
  readonly version: string | null;
  /** An event after this one that says a wanted state counts too, even when it has passed since. */
  readonly fromEventId: string | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Resolves with the answer's body once a state is reached. Throws 404 when the machine is gone, 408 when time is up. */
export async function waitForState(
  context: FlyContext,
  request: WaitRequest,
): Promise<Record<string, unknown>> {
  const timedOut = new AbortController();
  const ended = new AbortController();
  const signal = AbortSignal.any([request.signal, context.signal, timedOut.signal]);
  const timer = context.clock.sleep(request.timeoutMs, ended.signal).then(
    () => timedOut.abort(),
    () => undefined,
  );
  try {
    for (;;) {
      const answer = answerNow(context.state.machine(request.app, request.machineId), request);
      if (answer !== null) return answer;
      await context.state.nextChange(signal);
    }
  } catch (error) {
    if (!signal.aborted || error instanceof FlyApiError) throw error;
    const current = stateOfVersion(context.state.machine(request.app, request.machineId), request.version);
    const wanted = request.states.join(', ');
    throw new FlyApiError(
      408,
      `deadline_exceeded: machine failed to reach desired state, ${wanted}, currently ${current}`,
    );
  } finally {
    ended.abort();
    await timer;
  }
}

function answerNow(machine: MachineRecord, request: WaitRequest): Record<string, unknown> | null {
  const wanted = (state: string): boolean =>
    request.states.includes(state) || (request.states.includes('settled') && SETTLED_STATES.has(state));
  const state = stateOfVersion(machine, request.version);
  const version = request.version ?? machine.instanceId;
  if (wanted(state)) return { ok: true, state, version, event_id: machine.events[0]?.id ?? '' };
  const passed = machine.events.find(
    (event) => request.fromEventId !== null && event.id > request.fromEventId && wanted(event.status),
  );
  return passed === undefined ? null : { ok: true, state: passed.status, version, event_id: passed.id };
}

/** A version that another one has followed is `replaced`, whatever the machine does now. */
function stateOfVersion(machine: MachineRecord, version: string | null): string {
  return version === null || version === machine.instanceId ? machine.state : 'replaced';
}
