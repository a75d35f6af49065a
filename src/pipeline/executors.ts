import { ToolError } from '../diagnostics/tool-error.ts';
import type { StepExecutor, StepExecutors } from '../engine/graph.ts';
import type { StepKind } from '../plan/plan.ts';
import type { PipelineDeps } from './pipeline-deps.ts';
import { namingRestorePoints } from './restore-points.ts';
import { ancestryStep } from './steps/ancestry.ts';
import { buildStep, reuseStep } from './steps/build.ts';
import { ensureDatabaseStep } from './steps/database.ts';
import { deployStep } from './steps/deploy.ts';
import { destroyAppStep, destroyDatabaseStep } from './steps/destroy.ts';
import { domainsStep } from './steps/domains.ts';
import { gateStep } from './steps/gate.ts';
import { healthStep, healthUrlsStep } from './steps/health.ts';
import { migrateStep } from './steps/migrate.ts';
import { migrationFilesStep } from './steps/migration-files.ts';
import { readinessStep } from './steps/readiness.ts';
import { probeStep } from './steps/probe.ts';
import { recordStep, reportStep } from './steps/record.ts';
import { restoreDatabaseStep } from './steps/restore-database.ts';
import { restorePointStep } from './steps/restore-point.ts';
import { scaleStep } from './steps/scale.ts';
import { seedStep } from './steps/seed.ts';
import { smokeStep } from './steps/smoke.ts';
import { verifyStep } from './steps/verify.ts';
import { notingMigrated } from './verdict/note-migrated.ts';
import { sayingForwardOnly } from './verdict/say-forward-only.ts';

/** One executor for each kind of step: the compiler refuses a kind without one. */
export function pipelineExecutors(deps: PipelineDeps): StepExecutors {
  const executors: Record<StepKind, StepExecutor> = {
    gate: gateStep(deps),
    ancestry: ancestryStep(deps),
    build: buildStep(deps),
    reuse: reuseStep(deps),
    readiness: readinessStep(deps),
    'ensure-database': ensureDatabaseStep(deps),
    domains: domainsStep(deps),
    'migration-files': migrationFilesStep(deps),
    'restore-point': restorePointStep(deps),
    probe: probeStep(deps),
    migrate: notingMigrated(deps, migrateStep(deps)),
    seed: seedStep(deps),
    deploy: deployStep(deps),
    'restore-database': restoreDatabaseStep(deps),
    scale: scaleStep(deps),
    health: healthStep(deps),
    'health-urls': healthUrlsStep(deps),
    smoke: smokeStep(deps),
    'make-public': makePublicStep(),
    verify: verifyStep(deps),
    record: recordStep(deps),
    report: reportStep(deps),
    'destroy-app': destroyAppStep(deps),
    'destroy-database': destroyDatabaseStep(deps),
  };
  return Object.fromEntries(
    Object.entries(executors).map(([kind, executor]) => [
      kind,
      namingRestorePoints(sayingForwardOnly(deps, executor)),
    ]),
  );
}

/** Only Vercel apps have this step, and preflight refuses those before a run starts. */
function makePublicStep(): StepExecutor {
  return {
    execute: (context) => {
      throw new ToolError(
        'PROVIDER_NOT_SUPPORTED',
        `${context.stepId}: this version cannot deploy to Vercel.`,
      );
    },
  };
}
