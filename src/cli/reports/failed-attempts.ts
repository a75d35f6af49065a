import type { CheckEvent } from '../../checks/check-event.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';
import { readReports, type ReportsPlace } from '../../pipeline/reports/read-reports.ts';
import type { TestResult } from '../../reports/tests/test-result.ts';

/** What tries that failed said of the tests, before the next try wrote over it. */
export interface FailedAttempts {
  /** To be told of everything that running checks says. */
  onEvent(event: CheckEvent): void;
  /** The tests of all tries of a check that failed and was tried again. */
  of(check: string): readonly TestResult[];
}

/** Reads the reports of a try at the very moment at which it failed: a test that passes in the next one is flaky. */
export function failedAttempts(place: ReportsPlace): FailedAttempts {
  const started = new Map<string, { check: ResolvedCheck; at: number }>();
  const results = new Map<string, readonly TestResult[]>();
  return {
    onEvent(event) {
      if (event.type === 'started') started.set(event.check.name, { check: event.check, at: event.at });
      if (event.type !== 'retrying') return;
      const begun = started.get(event.name);
      if (begun === undefined || begun.check.reports.junit.length === 0) return;
      const { tests } = readReports([{ check: begun.check, hasPassed: false, startedAt: begun.at }], place);
      results.set(event.name, [...(results.get(event.name) ?? []), ...(tests ?? [])]);
      started.set(event.name, { check: begun.check, at: event.at });
    },
    of: (check) => results.get(check) ?? [],
  };
}
