/** Somebody else is at work: what ends the waiting, and who is told what for. */
export interface ClaimWait {
  readonly signal: AbortSignal;
  /** Once for each wait: the process that is waited for. */
  readonly onWait: (pid: number) => void;
}

/** What was claimed, until it is given back. */
export interface CheckClaim {
  /** Another run was at work on it before: what is remembered of it may be different now. */
  readonly hasWaited: boolean;
  /**
   * Nobody works on it any more. `isDoubtful`: what lies there now was not written down, so that no run may take it for
   * what it was before.
   */
  giveBack(isDoubtful?: boolean): void;
}

/**
 * What runs in one checkout tell each other: which check makes its files now, and which needs those of others. A process
 * that was killed at it has left its claim behind, and with it word that nobody knows what lies there.
 */
export interface CheckClaims {
  /** `busy`: another run makes it now. `doubtful`: one did and has not written down what lies there. */
  stateOf(name: string): 'settled' | 'busy' | 'doubtful';
  /** Waits until no other run makes the files of a check. Throws the reason of the signal. */
  idle(name: string, wait: ClaimWait): Promise<void>;
  /** Before a check runs or is restored: waits until no other run makes or needs its files. Throws the reason of the signal. */
  make(name: string, wait: ClaimWait): Promise<CheckClaim>;
  /** Before a check runs: its needs, whose files no other run makes meanwhile. Throws the reason of the signal. */
  use(names: readonly string[], wait: ClaimWait): Promise<CheckClaim>;
  /** Runs something that only one run may do at a time; at once, where no other does. */
  alone(work: () => void): Promise<void>;
}
