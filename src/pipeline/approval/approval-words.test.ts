import { expect, test } from 'vitest';
import type { HostComment } from '../../providers/code-host.ts';
import { approvalError } from './approval-words.ts';
import type { ApprovalQuestion, RefusedCommand } from './decide-approval.ts';

const QUESTION: ApprovalQuestion = {
  environment: 'production',
  commit: 'a'.repeat(40),
  plan: 'c'.repeat(64),
  expiresAfterMs: 86_400_000,
  approvers: [],
  excluded: [],
  liveSince: 2_000,
};
const COMMENT: HostComment = {
  id: 1,
  author: 'ada',
  isByApp: false,
  isByInsider: true,
  body: '',
  createdAt: 1_000,
  updatedAt: 1_000,
  url: 'https://github.com/acme/shop/issues/1#issuecomment-1',
};

/** What is said where ada's approval of a commit was used up before. */
function said(commit: string): string {
  const command = { kind: 'approve', environment: 'production', commit, plan: 'c'.repeat(10) } as const;
  const refused: readonly RefusedCommand[] = [{ comment: COMMENT, command, kind: 'used' }];
  return approvalError(QUESTION, { kind: 'pending', refused }, { difference: '', askedAt: null }).message;
}

test('an approval that was used is named for its own commit, and for no other', () => {
  expect(said('a'.repeat(7))).toContain('was changed since');
  expect(said('b'.repeat(7))).toMatch(/^Nobody has approved aaaaaaa in production/);
});
