import { LatencyHistogram } from './latency-histogram.ts';
import { ResponseCounts } from './response-counts.ts';

/** What the edge counted for one app since it started. */
export interface AppMetrics {
  readonly app: string;
  /** Requests that ended, however they ended; an upgraded connection counts when it closes. */
  readonly requests: number;
  /** Requests the edge itself had to answer with 502 or 503, or whose answer broke off. The demo counts these. */
  readonly errors: number;
  /** Answers with a status of 500 or above that came from the app. */
  readonly appErrors: number;
  /** Times a request was sent again to the same or another machine. */
  readonly retries: number;
  readonly inFlight: number;
  /** Requests that wait for a free slot or for a machine to start. */
  readonly waiting: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Milliseconds since the Unix epoch. */
  readonly lastRequestAt: number | null;
  readonly coldStarts: {
    readonly count: number;
    readonly failed: number;
    /** From the first request that needed the machine until it could be sent there. */
    readonly lastMs: number | null;
    readonly maxMs: number | null;
    /** When that was, in milliseconds since the Unix epoch, and the machine that was woken. */
    readonly lastAt: number | null;
    readonly lastMachine: string | null;
  };
  /** By machine id: requests in flight there now. */
  readonly load: Readonly<Record<string, number>>;
}

/** The running counts behind {@link AppMetrics}. */
export class AppCounters {
  readonly latency: LatencyHistogram = new LatencyHistogram();
  /** By machine and status. */
  readonly responses: ResponseCounts = new ResponseCounts();
  requests = 0;
  errors = 0;
  appErrors = 0;
  retries = 0;
  lastRequestAt: number | null = null;
  coldStarts = 0;
  coldStartsFailed = 0;
  coldStartLastMs: number | null = null;
  coldStartMaxMs: number | null = null;
  coldStartLastAt: number | null = null;
  coldStartLastMachine: string | null = null;

  /** Counts a machine that was started for a request and became ready after `ms`. */
  coldStarted(ms: number, machine: string, at: number): void {
    this.coldStarts += 1;
    this.coldStartLastAt = at;
    this.coldStartLastMachine = machine;
    this.coldStartLastMs = ms;
    this.coldStartMaxMs = Math.max(ms, this.coldStartMaxMs ?? 0);
  }

  /** The figures as they are shown. */
  read(app: string, load: Readonly<Record<string, number>>, waiting: number): AppMetrics {
    return {
      app,
      requests: this.requests,
      errors: this.errors,
      appErrors: this.appErrors,
      retries: this.retries,
      inFlight: Object.values(load).reduce((sum, each) => sum + each, 0),
      waiting,
      p50Ms: this.latency.quantile(0.5),
      p99Ms: this.latency.quantile(0.99),
      lastRequestAt: this.lastRequestAt,
      coldStarts: {
        count: this.coldStarts,
        failed: this.coldStartsFailed,
        lastMs: this.coldStartLastMs,
        maxMs: this.coldStartMaxMs,
        lastAt: this.coldStartLastAt,
        lastMachine: this.coldStartLastMachine,
      },
      load,
    };
  }
}
