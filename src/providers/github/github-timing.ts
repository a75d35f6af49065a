/** Every wait and bound of the provider, named, so that a test can shorten them. Milliseconds. */
export interface GithubTiming {
  /** How long one HTTP request may take. */
  readonly requestMs: number;
  /** The delay before the second try of a request that a server failed at; the third waits four times, the fourth nine times as long. */
  readonly retryBaseMs: number;
  /** What one second of `retry-after` and of the time to the end of a rate limit is taken as. */
  readonly rateSecondMs: number;
  /** Between two changes: GitHub asks for a second (REST best practices). */
  readonly writeGapMs: number;
  /** Between two changes that notify people, such as comments: three seconds keep clear of the secondary limits. */
  readonly notifyGapMs: number;
  /** Before looking whether a change without an answer was carried out. */
  readonly lostAnswerMs: number;
}

/** The waits that are used unless a test, or a code host on this machine, asks for others. */
export const GITHUB_TIMING: GithubTiming = {
  requestMs: 30_000,
  retryBaseMs: 1_000,
  rateSecondMs: 1_000,
  writeGapMs: 1_000,
  notifyGapMs: 3_000,
  lostAnswerMs: 1_000,
};
