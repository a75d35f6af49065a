import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActionServices } from '../../src/cloud/github/actions/known-actions/action-services.ts';
import type { JsonObject } from '../../src/cloud/github/actions/model/source.ts';
import { readWorkflow } from '../../src/cloud/github/actions/read/read-workflow.ts';
import type { JobReport } from '../../src/cloud/github/actions/runner/job-order.ts';
import { runJob } from '../../src/cloud/github/actions/runner/run-job.ts';
import type { Annotation } from '../../src/cloud/github/actions/runner/annotation.ts';
import { ActionsStore } from '../../src/cloud/github/actions/store/actions-store.ts';
import { ArtifactStore } from '../../src/cloud/github/actions/store/artifact-store.ts';
import { CacheStore } from '../../src/cloud/github/actions/store/cache-store.ts';
import { ServicePorts } from '../../src/cloud/github/actions/runner/service-ports.ts';
import type { ServiceHost } from '../../src/cloud/github/actions/runner/job-services.ts';
import { jobPostgres } from '../../src/cloud/check-postgres/start-job-postgres.ts';
import type { StepRecord } from '../../src/cloud/github/actions/store/records.ts';
import { systemClock } from '../../src/util/clock.ts';
import type { Clock } from '../../src/util/clock.ts';

/** What came of a job that was carried out by itself. */
export interface JobOutcome {
  readonly report: JobReport;
  readonly log: string;
  readonly steps: readonly StepRecord[];
  readonly annotations: readonly Annotation[];
  readonly summary: string;
}

/** How a job is carried out in a test. */
export interface JobTrial {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly github?: JsonObject;
  readonly services?: Partial<ActionServices>;
  readonly clock?: Clock;
  readonly timeoutMs?: number;
  readonly cancel?: AbortSignal;
  readonly onLine?: (line: string) => void;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Carries out single jobs of a GitHub workflow, without a GitHub around them. */
export class JobRig implements Disposable {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'glidepath-job-'));
  readonly store: ActionsStore = new ActionsStore(join(this.dir, 'state'));
  readonly #host: ServiceHost = {
    postgres: jobPostgres({ dir: join(this.dir, 'postgres-template'), clock: systemClock }),
    ports: new ServicePorts(),
  };
  #count = 0;

  /** `steps`: YAML, as below a job's `steps:`; `more`: other keys of the job. */
  async run(steps: string, more = '', trial: JobTrial = {}): Promise<JobOutcome> {
    const indent = (text: string): string => text.replace(/^(?=.)/gmu, '      ');
    const text = `on: push\nenv: { LEVEL: workflow, WORKFLOW: w }\njobs:\n  it:\n    runs-on: ubuntu-latest\n    env: { LEVEL: job }\n${more.replace(/^(?=.)/gmu, '    ')}\n    steps:\n${indent(steps)}\n`;
    const reading = readWorkflow('.github/workflows/it.yml', text);
    if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.mistakes));
    const [job] = reading.workflow.jobs;
    if (job?.kind !== 'steps') throw new Error('no job');
    this.#count += 1;
    const dir = join(this.dir, `job-${this.#count}`);
    const steps_: StepRecord[] = [];
    const lines: string[] = [];
    const annotations: Annotation[] = [];
    let summary = '';
    const report = await runJob(
      {
        job,
        scope: {
          contexts: {
            github: { repository: 'acme/shop', ref: 'refs/heads/main', event_name: 'push', ...trial.github },
            secrets: { ...trial.secrets },
            vars: { ...trial.vars },
            inputs: {},
            needs: {},
            strategy: {},
            matrix: {},
          },
        },
        workflow: { env: reading.workflow.env, defaults: reading.workflow.defaults },
        checkRunId: 77,
        event: { hello: 'event' },
        token: 'ghs_the-token-of-this-job',
        timeoutMs: trial.timeoutMs ?? 60_000,
        trackingId: `github_${this.dir}_${this.#count}`,
      },
      {
        dir,
        clock: trial.clock ?? systemClock,
        path: process.env['PATH'] ?? '',
        variables: trial.variables ?? {},
        runnerName: 'local-1',
        own: { node: process.execPath, cli: join(this.dir, 'cli.js') },
        actions: this.#services(trial),
        services: this.#host,
        idToken: null,
        listener: {
          step: (step) => void (steps_[step.number - 1] = step),
          line: (_step, line) => {
            lines.push(line);
            trial.onLine?.(line);
          },
          annotation: (_step, annotation) => void annotations.push(annotation),
          summary: (_step, text_) => void (summary += text_),
        },
        cancel: trial.cancel ?? new AbortController().signal,
        kill: new AbortController().signal,
      },
    );
    if (existsSync(dir)) throw new Error('the directory of the job is still there');
    return { report, log: lines.join('\n'), steps: steps_, annotations, summary };
  }

  #services({ services, clock = systemClock }: JobTrial): ActionServices {
    return {
      artifacts: new ArtifactStore(this.store, this.dir, clock),
      caches: new CacheStore(this.store, this.dir, clock),
      runtime: { resultsUrl: 'http://127.0.0.1:9/', token: 'runtime-token-of-the-job' },
      repositoryId: 1,
      runId: 1,
      attempt: 1,
      headSha: '0'.repeat(40),
      headBranch: 'main',
      cacheRef: 'refs/heads/main',
      cacheRefs: ['refs/heads/main'],
      withoutTool: new Set(),
      node: process.execPath,
      ...services,
    };
  }

  [Symbol.dispose](): void {
    this.store.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The real time, made shorter: a minute takes `minuteMs`. Moments stay in order. */
export function quickClock(minuteMs: number): Clock {
  return {
    now: () => systemClock.now(),
    sleep: (ms, signal) => systemClock.sleep((ms / 60_000) * minuteMs, signal),
  };
}
