import type { LogLine } from '../app-platform.ts';
import type { FlyClient } from './client/fly-client.ts';
import { nullIfMissing } from './client/machines-api.ts';

/** One entry of the log API's answer, a JSON:API document. */
interface LogEntry {
  readonly attributes?: {
    /** RFC 3339. */
    readonly timestamp?: string;
    readonly message?: string;
    readonly instance?: string;
    readonly region?: string;
  };
}

/** Which lines are wanted. */
export interface LogQuery {
  /** At most so many, the newest. */
  readonly limit: number;
  /** Epoch milliseconds; older lines are left out. */
  readonly since?: number;
  readonly machine?: string;
}

/** What an app's machines printed, newest last: `GET /api/v1/apps/{app}/logs`, which flyctl polls too. Empty when there is no such app. */
export async function readLogs(
  client: FlyClient,
  app: string,
  query: LogQuery,
  signal?: AbortSignal,
): Promise<LogLine[]> {
  const answer = await nullIfMissing(
    client.send({
      method: 'GET',
      path: `/api/v1/apps/${encodeURIComponent(app)}/logs`,
      query: {
        limit: query.limit,
        ...(query.machine === undefined ? {} : { instance: query.machine }),
      },
      resource: `the logs of app ${app}`,
      subject: query.machine ?? app,
      limit: LOGS_LIMIT,
      signal,
    }),
  );
  const entries = (answer as { data?: readonly LogEntry[] } | null)?.data ?? [];
  return entries
    .map(lineOf)
    .filter((line) => line.at >= (query.since ?? 0))
    .filter((line) => query.machine === undefined || line.machine === query.machine)
    .sort((a, b) => a.at - b.at)
    .slice(-query.limit);
}

/** Not a documented figure: gentle, and quick enough to follow a release command. */
const LOGS_LIMIT = { perSecond: 2, burst: 10 } as const;

function lineOf(entry: LogEntry): LogLine {
  const { timestamp, message, instance, region } = entry.attributes ?? {};
  return {
    at: Date.parse(timestamp ?? '') || 0,
    machine: instance ?? '',
    region: region ?? '',
    message: (message ?? '').replace(/\n$/, ''),
  };
}
