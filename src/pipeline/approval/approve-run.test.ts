import { expect, test } from 'vitest';
import type { ResolvedApproval } from '../../config/resolved.ts';
import { requireApprovable, type RunApproval } from './approve-run.ts';

const gate: ResolvedApproval = {
  kind: 'approval',
  optional: false,
  by: 'comment',
  approvers: [],
  expiresAfterMs: 86_400_000,
  excludesInitiator: true,
};

function approvalOf(more: Partial<RunApproval>, gates: readonly ResolvedApproval[] = [gate]): RunApproval {
  const environment = { gates } as unknown as RunApproval['input']['environment'];
  const input = { plan: '3f2a9c1d07'.padEnd(64, '0'), environment };
  return { run: 'run-1', asked: 'ada@one', by: 'bob@two', plan: null, input, ...more };
}

test('a run is approved by somebody else where that is asked for, and by the plan that it has', () => {
  expect(() => requireApprovable(approvalOf({}))).not.toThrow();
  expect(() => requireApprovable(approvalOf({ plan: '3F2A9C1D07' }))).not.toThrow();
  expect(() => requireApprovable(approvalOf({ by: 'ada@one' }))).toThrow(
    expect.objectContaining({ code: 'APPROVAL_REFUSED' }) as Error,
  );
  expect(() =>
    requireApprovable(approvalOf({ by: 'ada@one' }, [{ ...gate, excludesInitiator: false }])),
  ).not.toThrow();
  expect(() => requireApprovable(approvalOf({ plan: '88b0c4d1aa' }))).toThrow(
    expect.objectContaining({ code: 'APPROVAL_VOID' }) as Error,
  );
});
