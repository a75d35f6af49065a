import type { FlyClient } from './client/fly-client.ts';

/** What some machines of an app answered in a window of time, as the edge in front of them counted it. */
export interface EdgeFigures {
  readonly requests: number;
  /** Answers with a status of 500 and above. */
  readonly errors: number;
  /** How long they took in the mean; null where nothing was answered, or the edge does not say. */
  readonly meanMs: number | null;
  /** The least that those up to the 95th percentile can have taken in the mean: a few slow ones do not raise it. */
  readonly mostMs: number | null;
  /** Where the 95th percentile lies; null where nothing was answered. */
  readonly p95: LatencyBucket | null;
}

/** Two bounds of the edge's histogram: nobody knows more exactly how long the answers between them took. */
export interface LatencyBucket {
  readonly fromMs: number;
  /** Infinity for the slowest there are. */
  readonly toMs: number;
}

/** What is asked of the edge. */
export interface EdgeQuestion {
  /** The slug of the organization that the app belongs to. */
  readonly org: string;
  readonly app: string;
  /** The machine that is compared with all others of the app. */
  readonly machine: string;
  /** How far back to look; the edge keeps more than an hour, and rounds to seconds. */
  readonly windowMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The figures of one machine, and of all others together, in the same window. */
export interface EdgeComparison {
  readonly machine: EdgeFigures;
  readonly others: EdgeFigures;
}

/** Reads Fly's own metrics of its proxy: a Prometheus query API (fly.io/docs/monitoring/metrics). */
export interface EdgeMetrics {
  /** Throws as the platform answers. */
  compare(question: EdgeQuestion): Promise<EdgeComparison>;
}

/** One sample of an instant query; the value is text. */
interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Makes the typed queries over a client of `https://api.fly.io` or the same API elsewhere. */
export function createEdgeMetrics(client: FlyClient): EdgeMetrics {
  const query = async (question: EdgeQuestion, text: string): Promise<readonly Sample[]> => {
    const answer = (await client.send({
      method: 'GET',
      path: `/prometheus/${encodeURIComponent(question.org)}/api/v1/query`,
      query: { query: text },
      resource: `the metrics of app ${question.app}`,
      subject: `metrics of ${question.app}`,
      signal: question.signal,
    })) as { data?: { result?: readonly Sample[] } } | null;
    return answer?.data?.result ?? [];
  };
  return {
    async compare(question) {
      const { app, machine } = question;
      const window = `[${Math.max(1, Math.round(question.windowMs / 1000))}s]`;
      const increase = (metric: string): string => `increase(fly_app_http_${metric}{app="${app}"}${window})`;
      const [counts, buckets, took] = await Promise.all([
        query(question, `sum by (instance, status) (${increase('responses_count')})`),
        query(question, `sum by (instance, le) (${increase('response_time_seconds_bucket')})`),
        query(question, `sum by (instance) (${increase('response_time_seconds_sum')})`),
      ]);
      const figures = (isWanted: (sample: Sample) => boolean): EdgeFigures =>
        figuresOf(counts.filter(isWanted), buckets.filter(isWanted), took.filter(isWanted));
      const isOwn = (sample: Sample): boolean => sample.metric['instance'] === machine;
      return { machine: figures(isOwn), others: figures((sample) => !isOwn(sample)) };
    },
  };
}

/** `increase` is an estimate between scrapes: counts are rounded to whole answers. */
function figuresOf(
  counts: readonly Sample[],
  buckets: readonly Sample[],
  took: readonly Sample[],
): EdgeFigures {
  const requests = Math.round(sumOf(counts));
  const tookMs = took.length === 0 ? null : 1000 * sumOf(took);
  return {
    requests,
    errors: Math.round(sumOf(counts.filter((sample) => Number(sample.metric['status']) >= 500))),
    meanMs: tookMs === null || requests === 0 ? null : tookMs / requests,
    ...latencyFigures(histogramOf(buckets), tookMs),
  };
}

function sumOf(samples: readonly Sample[]): number {
  return samples.reduce((total, sample) => total + (valueOf(sample) ?? 0), 0);
}

/** Answers by the upper bound of their bucket in milliseconds, cumulative, in order. */
function histogramOf(samples: readonly Sample[]): readonly (readonly [number, number])[] {
  const counts = new Map<number, number>();
  for (const sample of samples) {
    const le = sample.metric['le'] ?? '';
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : 1000 * Number(le);
    counts.set(bound, (counts.get(bound) ?? 0) + (valueOf(sample) ?? 0));
  }
  return [...counts].toSorted(([a], [b]) => a - b);
}

function latencyFigures(
  histogram: readonly (readonly [number, number])[],
  tookMs: number | null,
): Pick<EdgeFigures, 'p95' | 'mostMs'> {
  const all = histogram.at(-1)?.[1] ?? 0;
  const index = all === 0 ? -1 : histogram.findIndex(([, count]) => count >= 0.95 * all);
  const [toMs, most] = histogram[index] ?? [0, 0];
  if (index < 0 || most === 0) return { p95: null, mostMs: null };
  // What lies above is taken to be as slow as it can be.
  const aboveMs = histogram.slice(index + 1).reduce((sum, [bound, count], offset) => {
    const own = count - (histogram[index + offset]?.[1] ?? 0);
    return own === 0 ? sum : sum + own * bound;
  }, 0);
  return {
    p95: { fromMs: histogram[index - 1]?.[0] ?? 0, toMs },
    mostMs: tookMs === null ? null : Math.max(0, tookMs - aboveMs) / most,
  };
}

/** Prometheus writes what it cannot compute as NaN or an infinity. */
function valueOf(sample: Sample): number | null {
  const value = Number(sample.value[1]);
  return Number.isFinite(value) ? value : null;
}
