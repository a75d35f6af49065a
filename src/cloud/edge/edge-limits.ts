/** How long the edge waits and how much it holds. All durations in milliseconds. */
export interface EdgeLimits {
  /** For a slot on a machine when all are at their hard limit. */
  readonly queueMs: number;
  /** For a machine that was started for the request, until it takes requests. */
  readonly wakeMs: number;
  /** For a machine that is starting or stopping by itself, or has just started and passed no check yet. */
  readonly settleMs: number;
  /** From the first refused connection on, for any machine that accepts one. */
  readonly retryMs: number;
  /** Waiting requests per app; one more is refused at once. */
  readonly waitingMax: number;
  /** A request body up to this many bytes is kept, so that the request can be sent again. */
  readonly replayBytesMax: number;
  /** How often one request is sent again after its connection broke before an answer. */
  readonly resetRetriesMax: number;
}

/** Fly waits about a minute for a machine; the others are long enough for a restart and short enough for a browser. */
export const DEFAULT_EDGE_LIMITS: EdgeLimits = {
  queueMs: 10_000,
  wakeMs: 60_000,
  settleMs: 10_000,
  retryMs: 5_000,
  waitingMax: 1_024,
  replayBytesMax: 64 * 1_024,
  resetRetriesMax: 3,
};
