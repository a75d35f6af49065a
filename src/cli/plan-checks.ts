import type { LoadedProject } from '../config/load-project.ts';
import { selectChecks, type CheckPlan } from '../checks/select-checks.ts';
import type { TypedCiOptions } from './commands/ci.ts';

/** Which checks run, of those that were asked for. Throws CHECK_UNKNOWN and SOURCE_UNKNOWN_REF. */
export async function planChecks(
  { project }: Pick<LoadedProject, 'project' | 'root'>,
  { only, isFast }: Pick<TypedCiOptions, 'only' | 'isFast' | 'since'>,
): Promise<CheckPlan> {
  return selectChecks(project.checks, { only, isFast });
}
