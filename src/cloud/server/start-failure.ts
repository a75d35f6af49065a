import { ToolError } from '../../diagnostics/tool-error.ts';

/** Puts whatever kept the cloud from starting into words that say what to do. */
export function startFailure(error: unknown, stateDir: string): ToolError {
  if (error instanceof ToolError) return error;
  const { code, message, path } = error as NodeJS.ErrnoException;
  const where = path ?? stateDir;
  switch (code ?? '') {
    case 'ENOSPC':
    case 'EDQUOT':
      return new ToolError('STORE_DISK_FULL', `There is no room left on the disk to write ${where}.`, {
        hint: `Make room, then: glidepath cloud up`,
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
      return new ToolError('CLOUD_START_FAILED', `The local cloud cannot write to ${where} (${code}).`, {
        hint: `Make ${stateDir} a directory that you may write to.`,
        cause: error,
      });
    default:
      return new ToolError(
        'CLOUD_START_FAILED',
        `The local cloud did not start: ${message ?? String(error)}`,
        {
          hint: `Look into ${stateDir}/daemon.log`,
          cause: error,
        },
      );
  }
}
