import { migratedDatabases } from '../../plan/steps/migrations-of.ts';
import { filesChecksum } from '../probe/probe-database.ts';
import type { ProbeRecord } from '../probe/probe-record.ts';
import type { StepScope } from '../step-scope.ts';
import { probesIn } from '../steps/probe.ts';

/** What is known of the migrations of a run: from its own probes, or from one by hand of the same commit and files. */
export async function probesOfRun(scope: StepScope): Promise<readonly ProbeRecord[]> {
  const { deps, input, context } = scope;
  const own = probesIn(context.outputs);
  const { environment, commit } = input;
  const found: ProbeRecord[] = [];
  for (const { database } of migratedDatabases(environment.databases, environment.apps)) {
    const probe =
      own.find((each) => each.database === database.name) ??
      deps.history.probeOf({
        environment: environment.name,
        database: database.name,
        commit,
        files: await filesChecksum(scope, database),
      });
    if (probe !== null) found.push(probe);
  }
  return found;
}
