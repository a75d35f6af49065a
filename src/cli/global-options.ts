/** What the global options came to. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly project?: string;
  readonly local?: boolean;
  readonly verbose?: boolean;
  readonly waitForLock?: string;
}
