import { expect, test } from 'vitest';
import { ResponseCounts } from '../edge/response-counts.ts';
import { evaluateQuery } from './evaluate-query.ts';
import { parsePromQuery } from './promql.ts';
import type { AppResponses } from './response-samples.ts';

const AT = 1_800_000_000_000;

/** Two machines of `shop`: one fast, one with an error in five and slow. */
function apps(): readonly AppResponses[] {
  const counts = new ResponseCounts();
  for (let second = 1; second <= 100; second += 1) {
    const at = AT - second * 1_000;
    counts.add({ instance: 'a', region: 'iad', status: 200, ms: 3 }, at);
    counts.add({ instance: 'b', region: 'sjc', status: second % 5 === 0 ? 500 : 200, ms: 200 }, at);
  }
  return [{ app: 'shop', series: counts.series(AT) }];
}

function ask(query: string): unknown {
  return evaluateQuery(parsePromQuery(query), apps(), AT).map(({ labels, value }) => [labels, value]);
}

test('The increase by machine and status is exactly what came in the window', () => {
  expect(ask('sum by (instance, status) (increase(fly_app_http_responses_count{app="shop"}[60s]))')).toEqual([
    [{ instance: 'a', status: '200' }, 59],
    [{ instance: 'b', status: '200' }, 48],
    [{ instance: 'b', status: '500' }, 11],
  ]);
});

test('The rate is the increase for each second, and labels choose', () => {
  expect(ask('sum(rate(fly_app_http_responses_count{app="shop",status=~"5..",region!="iad"}[50s]))')).toEqual(
    [[{}, 9 / 50]],
  );
  expect(ask('sum(rate(fly_app_http_responses_count{app="other"}[1m])) by (instance)')).toEqual([]);
});

test('A plain selector is the count since the start, with every label', () => {
  expect(ask('fly_app_http_responses_count{instance="a"}')).toEqual([
    [
      {
        __name__: 'fly_app_http_responses_count',
        app: 'shop',
        host: 'local',
        instance: 'a',
        region: 'iad',
        status: '200',
      },
      100,
    ],
  ]);
});

test('The sum of the times is what all responses of the window took together', () => {
  const metric = 'fly_app_http_response_time_seconds_sum{app="shop"}';
  const [a, b] = ask(`sum by (instance) (increase(${metric.replace('}', '}[60s]')}))`) as [string, number][];
  expect([a?.[1], b?.[1]]).toEqual([expect.closeTo(59 * 0.003), expect.closeTo(59 * 0.2)]);
  expect(ask(`sum(${metric})`)).toEqual([[{}, expect.closeTo(100 * 0.203)]]);
});

test('A quantile lies within the bucket of what was measured', () => {
  const query =
    'histogram_quantile(0.95, sum by (instance, le) (rate(fly_app_http_response_time_seconds_bucket{app="shop"}[60s])))';
  const [a, b] = ask(query) as [[object, number], [object, number]];
  expect([a[0], b[0]]).toEqual([{ instance: 'a' }, { instance: 'b' }]);
  expect(a[1]).toBeGreaterThan(0.0025);
  expect(a[1]).toBeLessThanOrEqual(0.005);
  expect(b[1]).toBeGreaterThan(0.1);
  expect(b[1]).toBeLessThanOrEqual(0.25);
});

test.each([
  ['', /expected a name/],
  ['sum by (instance', /expected ","/],
  ['topk(3, fly_app_http_responses_count)', /unknown function with name "topk"/],
  ['fly_app_http_responses_count[60s]', /increase\(\) or rate\(\)/],
  ['increase(fly_app_http_responses_count)', /expected type range vector/],
  ['sum(fly_app_http_responses_count[1m])', /expected type instant vector/],
  ['rate(fly_app_http_responses_count[11m])', /600s long at most/],
  ['rate(fly_app_http_responses_count[0s])', /a second or more/],
  ['fly_instance_up', /no metric fly_instance_up/],
  ['fly_app_http_responses_count{status=~"("}', /invalid regular expression/],
  ['fly_app_http_responses_count / 2', /unexpected "\/ 2"/],
  ['fly_app_http_responses_count{} sum', /unexpected "sum"/],
])('%j is refused with the reason', (query, reason) => {
  expect(() => ask(query)).toThrow(reason);
});
