import { RESPONSE_TIME_BOUNDS_S } from '../edge/response-counts.ts';
import type { ResponseSeries } from '../edge/response-counts.ts';

/** One value with the labels it is of; `__name__` is the metric's. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The responses of an app's machines. */
export interface AppResponses {
  readonly app: string;
  readonly series: readonly ResponseSeries[];
}

/** Fly's own metrics that are kept here (fly.io/docs/monitoring/metrics, "Proxy series"). */
export const SAMPLED_METRICS: readonly string[] = [
  'fly_app_http_responses_count',
  'fly_app_http_response_time_seconds_bucket',
  'fly_app_http_response_time_seconds_count',
  'fly_app_http_response_time_seconds_sum',
];

/** On Fly the server that a machine is on; here there is one. */
const HOST = 'local';

/** Every sample of one metric; with a range how much it grew in the seconds before `at` (ms), else since the start. */
export function responseSamples(asked: {
  readonly metric: string;
  readonly apps: readonly AppResponses[];
  readonly at: number;
  readonly rangeS: number;
}): readonly Sample[] {
  const { metric, apps, at, rangeS } = asked;
  const isHistogram = metric.endsWith('_bucket');
  const isSum = metric.endsWith('_sum');
  return apps.flatMap(({ app, series }) =>
    series.flatMap((one) => {
      if (isSum)
        return [{ labels: labelsOf(metric, app, one), value: one.tookS(at, rangeS === 0 ? null : rangeS) }];
      const buckets = rangeS === 0 ? one.totals(at) : one.within(at, rangeS);
      const labels = labelsOf(metric, app, one);
      const cumulative = runningSums(buckets);
      if (!isHistogram) return [{ labels, value: cumulative.at(-1) ?? 0 }];
      return cumulative.map((value, index) => ({ labels: { ...labels, le: boundOf(index) }, value }));
    }),
  );
}

function labelsOf(
  metric: string,
  app: string,
  { instance, region, status }: ResponseSeries,
): Record<string, string> {
  return { __name__: metric, app, host: HOST, instance, region, status: String(status) };
}

function boundOf(index: number): string {
  const bound = RESPONSE_TIME_BOUNDS_S[index];
  return bound === undefined ? '+Inf' : String(bound);
}

function runningSums(counts: readonly number[]): readonly number[] {
  let sum = 0;
  return counts.map((count) => (sum += count));
}
