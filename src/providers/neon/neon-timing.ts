/** Every wait and bound of the provider, named, so that a test can shorten them. Milliseconds. */
export interface NeonTiming {
  /** How long one HTTP request may take. */
  readonly requestMs: number;
  /** First delay between tries of a request; doubled each time, with half of it as jitter. */
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  /** How long a request is sent again while Neon is at work on the project (HTTP 423). */
  readonly lockedMs: number;
  /** Between two looks at operations that were started; Neon's own client looks each second. */
  readonly pollMs: number;
  /** How long operations may take; Neon's own client waits as long. */
  readonly operationsMs: number;
  /** Before looking whether a change without an answer was carried out. */
  readonly lostAnswerMs: number;
}

/** The waits that are used unless a test asks for others. */
export const NEON_TIMING: NeonTiming = {
  requestMs: 60_000,
  retryBaseMs: 500,
  retryMaxMs: 5_000,
  lockedMs: 120_000,
  pollMs: 500,
  operationsMs: 300_000,
  lostAnswerMs: 1_000,
};
