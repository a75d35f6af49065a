import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostComment } from '../../providers/code-host.ts';
import { decideApproval, type ApprovalPeople, type ApprovalQuestion } from './decide-approval.ts';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;
const COMMIT = '1a2b3c4'.padEnd(40, '0');
const PLAN = '3f2a9c1d07'.padEnd(64, '0');
const OTHER_PLAN = '88b0c4d1aa';

const QUESTION: ApprovalQuestion = {
  environment: 'production',
  commit: COMMIT,
  plan: PLAN,
  expiresAfterMs: 24 * HOUR,
  approvers: [],
  excluded: [],
  liveSince: null,
};
const PEOPLE: ApprovalPeople = {
  permissions: new Map([
    ['ada', 'maintain'],
    ['bob', 'write'],
    ['carol', 'triage'],
  ]),
  teams: new Map([['bob', new Set(['acme/ops'])]]),
};

let id = 0;
function comment(author: string, body: string, more: Partial<HostComment> = {}): HostComment {
  const createdAt = more.createdAt ?? NOW - HOUR;
  return {
    id: (id += 1),
    author,
    isByApp: false,
    isByInsider: true,
    body,
    createdAt,
    updatedAt: createdAt,
    url: `https://example.com/${id}`,
    ...more,
  };
}

const APPROVE = '/glidepath approve production 1a2b3c4 3f2a9c1d07';
const REJECT = '/glidepath reject production 1a2b3c4 3f2a9c1d07';

function decide(comments: readonly HostComment[], question: Partial<ApprovalQuestion> = {}) {
  return decideApproval({ ...QUESTION, ...question }, comments, PEOPLE, NOW);
}

describe('an approval', () => {
  test('is given by somebody who may write, and holds until it expires', () => {
    const said = comment('Ada', APPROVE);
    expect(decide([said])).toEqual({
      kind: 'approved',
      comment: said,
      expiresAt: said.createdAt + 24 * HOUR,
      refused: [],
    });
    expect(decide([])).toEqual({ kind: 'pending', refused: [] });
  });

  test.each([
    ['no-right', comment('carol', APPROVE), {}],
    ['no-right', comment('mallory', APPROVE), {}],
    ['bot', comment('helper[bot]', APPROVE), {}],
    ['bot', comment('ada', APPROVE, { isByApp: true }), {}],
    ['edited', comment('ada', APPROVE, { updatedAt: NOW }), {}],
    ['no-approver', comment('ada', APPROVE), { approvers: ['acme/ops', 'dora'] }],
    ['initiator', comment('Ada', APPROVE), { excluded: ['aDa'] }],
    ['expired', comment('ada', APPROVE, { createdAt: NOW - 25 * HOUR }), {}],
    ['used', comment('ada', APPROVE), { liveSince: NOW - HOUR / 2 }],
  ] as const)('does not count: %s', (kind, said, question) => {
    expect(decide([said], question)).toMatchObject({ kind: 'pending', refused: [{ kind }] });
  });

  test('of somebody in a team that may agree, or named, counts', () => {
    expect(decide([comment('bob', APPROVE)], { approvers: ['acme/ops'] }).kind).toBe('approved');
    expect(decide([comment('ada', APPROVE)], { approvers: ['acme/ops', 'Ada'] }).kind).toBe('approved');
  });

  test('of another commit or plan is void, and names what it was for', () => {
    const plan = comment('ada', `/glidepath approve production 1a2b3c4 ${OTHER_PLAN}`);
    expect(decide([plan])).toMatchObject({ kind: 'void', command: { plan: OTHER_PLAN } });
    const commit = comment('ada', '/glidepath approve production 9999999 3f2a9c1d07');
    expect(decide([commit])).toMatchObject({ kind: 'void', command: { commit: '9999999' } });
    expect(decide([comment('ada', '/glidepath approve staging 1a2b3c4 3f2a9c1d07')]).kind).toBe('pending');
  });

  test('and a rejection: the last word counts, and whoever asked may take it back', () => {
    const yes = comment('ada', APPROVE, { createdAt: NOW - 3 * HOUR });
    const no = comment('bob', REJECT, { createdAt: NOW - 2 * HOUR });
    expect(decide([yes, no], { excluded: ['bob'] }).kind).toBe('rejected');
    expect(decide([yes, no, comment('ada', APPROVE)]).kind).toBe('approved');
    expect(decide([yes, comment('mallory', REJECT)]).kind).toBe('approved');
  });

  test('depends neither on the order of the comments, nor on what those say who may not', () => {
    const said = fc
      .record({
        author: fc.constantFrom('ada', 'bob', 'carol', 'mallory', 'x[bot]'),
        body: fc.constantFrom(
          APPROVE,
          REJECT,
          `/glidepath approve production 1a2b3c4 ${OTHER_PLAN}`,
          'Nice',
          `> ${APPROVE}`,
        ),
        ageMs: fc.integer({ min: 0, max: 48 * HOUR }),
        isEdited: fc.boolean(),
      })
      .map(({ author, body, ageMs, isEdited }) =>
        comment(author, body, { createdAt: NOW - ageMs, updatedAt: NOW - ageMs + (isEdited ? 1 : 0) }),
      );
    fc.assert(
      fc.property(
        fc.array(said, { maxLength: 8 }),
        fc.constantFrom([], ['ada'], ['acme/ops']),
        (comments, approvers) => {
          const state = decide(comments, { approvers });
          expect(decide(comments.toReversed(), { approvers })).toEqual(state);
          if (state.kind === 'approved') {
            expect(['ada', 'bob']).toContain(state.comment.author);
            expect(state.comment.body).toBe(APPROVE);
            expect(state.comment.updatedAt).toBe(state.comment.createdAt);
            expect(NOW - state.comment.createdAt).toBeLessThanOrEqual(24 * HOUR);
          }
          const others = comments.filter(({ author }) => author === 'ada' || author === 'bob');
          expect(decide(others, { approvers }).kind).toBe(state.kind);
        },
      ),
    );
  });
});
