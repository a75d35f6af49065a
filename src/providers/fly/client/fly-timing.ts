/** Every wait and bound of the provider, named, so that a test can shorten them. Milliseconds unless the name says more. */
export interface FlyTiming {
  /** How long one HTTP request may take. */
  readonly requestMs: number;
  /** First delay between tries of a request; doubled each time, with full jitter. */
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  /** A lease's life in seconds. Short, so that a crash frees the machine by itself; flyctl takes 13 s. */
  readonly leaseTtlSeconds: number;
  /** How long to wait for somebody else's lease. Longer than any short ttl; flyctl takes a minute. */
  readonly leaseWaitMs: number;
  /** Between two looks at a machine. The API allows 5 a second with bursts of 10; the pacer holds to that. */
  readonly pollMs: number;
  /** How long a machine without any check must keep running to count as started; an exit within it is a failure. */
  readonly settleMs: number;
  /** How long a machine without a configured health check may take to start (and to listen, if it has a port). */
  readonly startWithinMs: number;
  /** How long a machine may stay in a passing state such as `stopping` before it is worked on. */
  readonly transientMs: number;
  /**
   * Between taking a machine out of rotation and stopping it: what the proxy sent a moment before still arrives. What
   * takes longer is up to the app, which is asked to stop by its signal and has its whole stop time-out for it.
   */
  readonly drainMs: number;
  /** Between two looks at a canary's health. */
  readonly canaryLookMs: number;
  /** Between two comparisons of a canary with the others, each told in a line. */
  readonly canaryTellMs: number;
  /** Between two looks for a machine whose creation got no answer. */
  readonly lostAnswerMs: number;
  /** How long a new managed database may take to become ready. */
  readonly databaseReadyMs: number;
}

/** The waits that are used unless a test asks for others. */
export const FLY_TIMING: FlyTiming = {
  requestMs: 60_000,
  retryBaseMs: 250,
  retryMaxMs: 8_000,
  leaseTtlSeconds: 15,
  leaseWaitMs: 60_000,
  pollMs: 100,
  settleMs: 2_000,
  startWithinMs: 60_000,
  transientMs: 60_000,
  drainMs: 100,
  canaryLookMs: 1_000,
  canaryTellMs: 5_000,
  lostAnswerMs: 1_000,
  databaseReadyMs: 600_000,
};
