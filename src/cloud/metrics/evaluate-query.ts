import { unreachable } from '../../util/assert.ts';
import { RESPONSES_KEPT_S } from '../edge/response-counts.ts';
import { responseSamples, SAMPLED_METRICS } from './response-samples.ts';
import type { AppResponses, Sample } from './response-samples.ts';
import { isMatch, PromQueryError } from './promql.ts';
import type { PromQuery } from './promql.ts';

/** The value of a query at `at`, milliseconds since the Unix epoch: one sample for each set of labels. */
export function evaluateQuery(
  query: PromQuery,
  apps: readonly AppResponses[],
  at: number,
): readonly Sample[] {
  switch (query.kind) {
    case 'select':
      return selected(query, apps, at);
    case 'increase':
      return selected(query.of, apps, at).map(unnamed);
    case 'rate':
      return selected(query.of, apps, at)
        .map(unnamed)
        .map(({ labels, value }) => ({ labels, value: value / query.of.rangeS }));
    case 'sum':
      return summed(evaluateQuery(query.of, apps, at), query.by);
    case 'quantile':
      return quantiles(evaluateQuery(query.of, apps, at), query.fraction);
    default:
      return unreachable(query);
  }
}

/**
 * With a range each sample is how much it grew in it. Prometheus estimates that from its scrapes; every response is
 * known here, so it is exact.
 */
function selected(
  { metric, matchers, rangeS }: PromQuery & { readonly kind: 'select' },
  apps: readonly AppResponses[],
  at: number,
): readonly Sample[] {
  if (!SAMPLED_METRICS.includes(metric))
    throw new PromQueryError(`the local cloud has no metric ${metric}, only ${SAMPLED_METRICS.join(', ')}`);
  if (rangeS > RESPONSES_KEPT_S)
    throw new PromQueryError(
      `a window may be ${RESPONSES_KEPT_S}s long at most: older responses are not kept`,
    );
  return responseSamples({ metric, apps, at, rangeS }).filter(({ labels }) =>
    matchers.every((matcher) => isMatch(matcher, labels[matcher.label] ?? '')),
  );
}

function unnamed({ labels, value }: Sample): Sample {
  const { __name__: _, ...others } = labels;
  return { labels: others, value };
}

function summed(samples: readonly Sample[], by: readonly string[]): readonly Sample[] {
  const groups = new Map<string, { labels: Record<string, string>; value: number }>();
  for (const sample of samples) {
    const labels = Object.fromEntries(
      by.flatMap((label) => {
        const value = sample.labels[label];
        return value === undefined ? [] : [[label, value] as const];
      }),
    );
    const key = JSON.stringify(labels);
    const group = groups.get(key) ?? { labels, value: 0 };
    group.value += sample.value;
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** As Prometheus' histogram_quantile does it: by bucket `le`, straight lines between the bounds. */
function quantiles(samples: readonly Sample[], fraction: number): readonly Sample[] {
  const histograms = new Map<string, { labels: Record<string, string>; buckets: [number, number][] }>();
  for (const sample of samples) {
    const { le, __name__: _, ...labels } = sample.labels;
    if (le === undefined) continue;
    const key = JSON.stringify(labels);
    const histogram = histograms.get(key) ?? { labels, buckets: [] };
    histogram.buckets.push([le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), sample.value]);
    histograms.set(key, histogram);
  }
  return [...histograms.values()].map(({ labels, buckets }) => ({
    labels,
    value: quantileOf(
      fraction,
      buckets.toSorted(([a], [b]) => a - b),
    ),
  }));
}

function quantileOf(fraction: number, buckets: readonly (readonly [number, number])[]): number {
  const all = buckets.at(-1)?.[1] ?? 0;
  if (fraction < 0) return Number.NEGATIVE_INFINITY;
  if (fraction > 1) return Number.POSITIVE_INFINITY;
  if (all === 0 || buckets.at(-1)?.[0] !== Number.POSITIVE_INFINITY || buckets.length < 2) return Number.NaN;
  const rank = fraction * all;
  const index = buckets.findIndex(([, count]) => count >= rank);
  const [bound, count] = buckets[index] ?? [Number.NaN, 0];
  const [below, before] = buckets[index - 1] ?? [0, 0];
  // Nothing is known of how slow the slowest are: the highest bound there is.
  if (bound === Number.POSITIVE_INFINITY) return below;
  return count === before ? below : below + (bound - below) * ((rank - before) / (count - before));
}
