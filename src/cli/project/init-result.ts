import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { InitConfig } from '../../emit/init/init-config.ts';

/** What came of it. */
export interface InitResult {
  readonly config: InitConfig;
  /** Absolute. */
  readonly file: string;
  readonly isWritten: boolean;
  readonly diagnostics: readonly Diagnostic[];
}
