import { expect, test } from 'vitest';
import { requireRemovable } from './database-branches.ts';
import type { NeonBranch, NeonProject } from './wire-types.ts';

const project = { id: 'cold-sky-1', name: 'shop' } as NeonProject;

/** `expires_at` of a child, or null for one that stays, by name. */
function refusal(children: Readonly<Record<string, string | null>>): unknown {
  const before = { id: 'br-0', name: 'before-restore-run-1', default: false, protected: false } as NeonBranch;
  const made = Object.entries(children).map(([name, expiry], index): NeonBranch => ({
    ...before,
    id: `br-${index + 1}`,
    name,
    parent_id: 'br-0',
    ...(expiry === null ? {} : { expires_at: expiry }),
  }));
  try {
    return requireRemovable(project, before, [before, ...made]);
  } catch (error) {
    return error;
  }
}

test('no command is named that would delete a branch that is meant to stay', () => {
  const error = refusal({
    'restore-point/production/before-run-1': '2026-11-28T00:00:00Z',
    production: null,
  });
  expect(error).toMatchObject({
    code: 'PROVIDER_CONFLICT',
    message: expect.stringContaining('restore-point/production/before-run-1, production were made from it'),
    hint: expect.stringMatching(/^It goes when nothing hangs on it any more, as production does;/),
  });
  expect((error as { hint: string }).hint).not.toContain('neonctl');
});

test('what goes by itself one day can be removed first, by commands that work as they stand', () => {
  expect(refusal({ 'probe 1': '2026-11-28T00:00:00Z' })).toMatchObject({
    hint: 'Remove those first: neonctl branches delete br-1 --project-id cold-sky-1',
  });
});

test('a branch that nothing was made from stands in nobody’s way', () => {
  expect(refusal({})).toBeUndefined();
});
