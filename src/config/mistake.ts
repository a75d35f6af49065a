import type { ErrorCode } from '../diagnostics/error-codes.ts';
import type { ConfigPath } from './config-path.ts';

/** One thing wrong with the config, before its place in the file is looked up. */
export interface Mistake {
  readonly code: ErrorCode;
  readonly path: ConfigPath;
  /** One sentence. It need not name the path, which is shown beside it. */
  readonly message: string;
  readonly hint?: string | undefined;
  /** Default `error`. */
  readonly severity?: 'error' | 'warning';
  /** The key itself is meant and not its value: an unknown one. */
  readonly atKey?: boolean;
}
