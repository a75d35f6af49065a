import type { RunState } from '../model/run-state.ts';

/** The ids of the calls around a frame, the nearest first. */
export function callsAround(state: RunState, frameId: string): readonly string[] {
  const caller = state.frames[frameId]?.caller;
  return caller === undefined ? [] : [caller.instance, ...callsAround(state, caller.frame)];
}
