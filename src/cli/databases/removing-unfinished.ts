import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { ErrorCode } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../../providers/app-platform.ts';
import type { DatabasePlatform } from '../../providers/database-platform.ts';

/** Refusals: with these nothing was begun. */
const NOTHING_BEGUN: ReadonlySet<ErrorCode> = new Set([
  'DATABASE_OUTSIDE_WINDOW',
  'PROVIDER_NOT_SUPPORTED',
  'PROVIDER_UNAUTHORIZED',
]);

/** The branch that is to be made. */
export interface BranchToMake {
  readonly platform: DatabasePlatform;
  readonly database: ResolvedDatabase;
  readonly name: string;
  /** With a signal of its own: it is needed after an interrupt too. */
  readonly work: PlatformWork;
  /** The command that deletes it. */
  readonly deleteCommand: string;
}

/**
 * Makes a branch. When that fails or is interrupted, what was made of it is removed: on Fly it may be an app with a volume,
 * which is paid for and in no list. A branch that is listed may be finished, or somebody else's: it stays, and the error
 * names the command that deletes it.
 */
export async function removingUnfinished<T>(branch: BranchToMake, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof ToolError) || NOTHING_BEGUN.has(error.code) || (await isRemoved(branch)))
      throw error;
    const { code, message, hint, retry, diagnostics, output, cause } = error;
    const left = `Branch ${branch.name} may have been made. To delete it: ${branch.deleteCommand}`;
    throw new ToolError(code, message, {
      hint: hint === undefined ? left : `${hint}\n${left}`,
      retry,
      diagnostics,
      output,
      cause,
    });
  }
}

async function isRemoved({ platform, database, name, work }: BranchToMake): Promise<boolean> {
  try {
    if ((await platform.branches(database)).some((branch) => branch.name === name)) return false;
    await platform.deleteBranch(database, name, work);
    return true;
  } catch (error) {
    if (error instanceof ToolError) return false;
    throw error;
  }
}
