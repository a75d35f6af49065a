import type { CheckEvent, CheckResult } from '../../../checks/check-event.ts';
import { waitingWords } from './waiting-words.ts';

/** One check as it is shown. */
export interface ShownCheck {
  readonly name: string;
  readonly weight: number;
  readonly state: 'to come' | 'running' | CheckResult['status'];
  /** Null until it begins. */
  readonly startedAt: number | null;
  readonly durationMs: number | null;
  readonly reason: string;
  /** `attempt 2 of 3`, while it is run again. */
  readonly attempt: string;
  readonly lastLine: string;
  readonly result: CheckResult | null;
}

/** A run of checks as it is shown: what its events came to. */
export interface ChecksModel {
  readonly startedAt: number;
  readonly capacity: number;
  /** In the order of the plan. */
  readonly checks: ReadonlyMap<string, ShownCheck>;
}

/** Nothing is known yet. */
export const NO_CHECKS: ChecksModel = { startedAt: 0, capacity: 1, checks: new Map() };

/** The model after one more event. */
export function reduceChecks(model: ChecksModel, event: CheckEvent): ChecksModel {
  switch (event.type) {
    case 'planned':
      return {
        startedAt: event.at,
        capacity: event.capacity,
        checks: new Map(
          event.plan.selected.map(({ check }) => [check.name, toCome(check.name, check.weight)]),
        ),
      };
    case 'waiting':
      return withCheck(model, event.name, { reason: waitingWords(event) });
    case 'started':
      return withCheck(model, event.check.name, {
        state: 'running',
        startedAt: event.at,
        reason: event.reason,
      });
    case 'line':
      return withCheck(model, event.name, { lastLine: event.line });
    case 'retrying':
      return withCheck(model, event.name, { attempt: `attempt ${event.attempt} of ${event.attempts}` });
    case 'ended': {
      const { result } = event;
      const { status: state, durationMs, reason } = result;
      return withCheck(model, result.name, { state, durationMs, reason, result, attempt: '', lastLine: '' });
    }
    default:
      return model;
  }
}

/** Cores that are busy now: at most those there are, for one heavy check may ask for more. */
export function busyCores({ checks, capacity }: ChecksModel): number {
  const running = [...checks.values()].filter(({ state }) => state === 'running');
  return Math.min(
    capacity,
    running.reduce((sum, { weight }) => sum + weight, 0),
  );
}

function toCome(name: string, weight: number): ShownCheck {
  return {
    name,
    weight,
    state: 'to come',
    startedAt: null,
    durationMs: null,
    reason: '',
    attempt: '',
    lastLine: '',
    result: null,
  };
}

function withCheck(model: ChecksModel, name: string, changes: Partial<ShownCheck>): ChecksModel {
  const check = model.checks.get(name);
  if (check === undefined) return model;
  return { ...model, checks: new Map(model.checks).set(name, { ...check, ...changes }) };
}
