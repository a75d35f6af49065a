import { expect, test } from 'vitest';
import { neonBranch, neonProject } from '../../../test/support/neon-shapes.ts';
import { testNeonDatabase } from '../../../test/support/test-database.ts';
import { roomHint } from './room.ts';

const PROJECT = neonProject();
const MAIN = neonBranch('main', { default: true });
const staging = (parent: string) => neonBranch('staging', { parent_id: parent });

test('of the branches that can be deleted the restore points come first, the oldest first', () => {
  const hint = roomHint(PROJECT, testNeonDatabase(), [
    MAIN,
    staging(MAIN.id),
    neonBranch('restore-point/staging/young', { created_at: '2026-03-03T00:00:00Z' }),
    neonBranch('replaced/staging/before-restore-1', { created_at: '2026-03-02T00:00:00Z' }),
    neonBranch('restore-point/production/theirs'),
    neonBranch('look', { parent_id: MAIN.id }),
    neonBranch('guarded', { protected: true }),
  ]);
  expect(hint.split('\n')).toEqual([
    'Delete a restore point that is not needed (before-restore-1, young): glidepath db backup <environment> --name before-restore-1 --delete',
    `Or delete a branch that no environment uses (look can be deleted): neonctl branches delete <name> --project-id ${PROJECT.id}`,
    'Or keep fewer restore points: restorePoints: { keep: 1 }',
  ]);
});

test('what others were made from is not named, and where nothing else is left that is said', () => {
  const replaced = neonBranch('replaced/staging/before-restore-1', { parent_id: MAIN.id });
  expect(roomHint(PROJECT, testNeonDatabase(), [MAIN, replaced, staging(replaced.id)])).toBe(
    'No branch of project shop can be deleted: others were made from each of them. Delete an environment of the project, or raise its limit on Neon.',
  );
});

test('of many only some are named', () => {
  const many = Array.from({ length: 7 }, (_, index) => neonBranch(`b${index}`));
  expect(roomHint(PROJECT, testNeonDatabase(), [MAIN, ...many])).toContain('(b0, b1, b2, b3 and 3 more can');
});
