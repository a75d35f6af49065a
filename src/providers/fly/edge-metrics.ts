import type { FlyClient } from './fly-client.ts';

/** What some machines of an app answered in a window of time, as the edge in front of them counted it. */
export interface EdgeFigures {
  readonly requests: number;
  /** Answers with a status of 500 and above. */
  readonly errors: number;
  /** The 95th percentile of the time to answer; null where nothing was answered. */
  readonly p95Ms: number | null;
}

/** What is asked of the edge. */
export interface EdgeQuestion {
  /** The slug of the organisation that the app belongs to. */
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
      const responses = `fly_app_http_responses_count{app="${app}"}${window}`;
      const [counts, own, others] = await Promise.all([
        query(question, `sum by (instance, status) (increase(${responses}))`),
        query(question, p95Query(`app="${app}",instance="${machine}"`, window)),
        query(question, p95Query(`app="${app}",instance!="${machine}"`, window)),
      ]);
      const isOwn = (sample: Sample): boolean => sample.metric['instance'] === machine;
      return {
        machine: figuresOf(counts.filter(isOwn), own),
        others: figuresOf(
          counts.filter((sample) => !isOwn(sample)),
          others,
        ),
      };
    },
  };
}

function p95Query(labels: string, window: string): string {
  const bucket = `fly_app_http_response_time_seconds_bucket{${labels}}${window}`;
  return `histogram_quantile(0.95, sum by (le) (rate(${bucket})))`;
}

/** `increase` is an estimate between scrapes: counts are rounded to whole answers. */
function figuresOf(counts: readonly Sample[], p95: readonly Sample[]): EdgeFigures {
  const sum = (samples: readonly Sample[]): number =>
    Math.round(samples.reduce((total, sample) => total + (valueOf(sample) ?? 0), 0));
  const seconds = p95[0] === undefined ? null : valueOf(p95[0]);
  return {
    requests: sum(counts),
    errors: sum(counts.filter((sample) => Number(sample.metric['status']) >= 500)),
    p95Ms: seconds === null ? null : seconds * 1000,
  };
}

/** Prometheus writes what it cannot compute as NaN or an infinity. */
function valueOf(sample: Sample): number | null {
  const value = Number(sample.value[1]);
  return Number.isFinite(value) ? value : null;
}
