import type { ResolvedProject } from '../../config/resolved.ts';
import type { PlanStep } from '../plan.ts';
import { durationWords, list } from '../words.ts';
import { sideBySide, type Stage, type StageContext, type StagePlanner } from './stage.ts';

/** One request that hangs when the time is almost up. */
const PROBE_MARGIN_MS = 30_000;
/** Checking the commit out for the smoke test. */
const CHECKOUT_MARGIN_MS = 60_000;
/** A few requests to a platform. */
const REQUESTS_MS = 2 * 60_000;

/**
 * What stands between the last app and the end. Public addresses are asked when the release is public: before the smoke
 * test where deploying is publishing, after make-public where deployments are staged.
 */
export function closingStages(context: StageContext): StagePlanner[] {
  const isStaged = context.apps.some((app) => app.platform === 'vercel');
  const visible = isStaged ? [smokeStage, makePublicStage, healthUrlsStage] : [healthUrlsStage, smokeStage];
  return [...visible, verifyStage, recordStage, reportStage];
}

/** The end of every run: says what happened. */
export function reportStage({ match }: StageContext, after: readonly string[]): Stage {
  const isDestroy = match.action === 'destroy';
  return sideBySide([
    {
      id: 'report',
      needs: after,
      title: 'Report',
      reason: isDestroy
        ? `says that ${match.environment.name} is gone, and closes every status that was opened`
        : `says where ${match.environment.name} can be looked at, and closes every status that was opened`,
      mutates: false,
      undo: null,
      timeoutMs: REQUESTS_MS,
      action: { kind: 'report' },
    },
  ]);
}

function healthUrlsStage({ match: { environment, name } }: StageContext, after: readonly string[]): Stage {
  const { healthUrls } = environment;
  if (healthUrls === null || healthUrls.urls.length === 0) return sideBySide([]);
  const tolerate = healthUrls.tolerateDns
    ? "; a name that does not resolve yet is tolerated (tolerate: 'dns')"
    : '';
  const verb = healthUrls.urls.length === 1 ? 'answers' : 'answer';
  return sideBySide([
    {
      id: 'health-urls',
      needs: after,
      title: 'Public addresses answer',
      reason: `health.urls of ${name}: ${list(healthUrls.urls)} ${verb} within ${durationWords(healthUrls.withinMs)}${tolerate}`,
      mutates: false,
      undo: null,
      timeoutMs: healthUrls.urls.length * (healthUrls.withinMs + PROBE_MARGIN_MS),
      action: { kind: 'health-urls' },
    },
  ]);
}

function smokeStage({ match: { environment, name }, apps }: StageContext, after: readonly string[]): Stage {
  const { smoke } = environment;
  if (smoke === null) return sideBySide([]);
  const staged = apps.filter((app) => app.platform === 'vercel').map((app) => app.name);
  const before = staged.length === 0 ? 'against what runs now' : `before ${list(staged)} is public`;
  return sideBySide([
    {
      id: 'smoke',
      needs: after,
      title: 'Smoke test',
      reason: `smoke: { command: '${smoke.command}' } of ${name}, ${before}, within ${durationWords(smoke.withinMs)}`,
      mutates: false,
      undo: null,
      timeoutMs: smoke.withinMs + CHECKOUT_MARGIN_MS,
      action: { kind: 'smoke', smoke },
    },
  ]);
}

function makePublicStage({ apps, match }: StageContext, after: readonly string[]): Stage {
  const { smoke } = match.environment;
  const when = smoke === null ? 'now that it is healthy' : 'now that the smoke test has passed';
  return sideBySide(
    apps.flatMap((app): PlanStep[] =>
      app.platform === 'vercel'
        ? [
            {
              id: `make-public:${app.name}`,
              needs: after,
              title: `Make ${app.name} public`,
              reason: `target: '${app.target}' of ${app.name}: the staged deployment gets the public address ${when}`,
              mutates: true,
              undo: 'return the address to the deployment that had it',
              timeoutMs: REQUESTS_MS,
              action: { kind: 'make-public', app: app.name },
            },
          ]
        : [],
    ),
  );
}

function verifyStage({ apps }: StageContext, after: readonly string[]): Stage {
  const names = list(apps.map((app) => app.name));
  return sideBySide([
    {
      id: 'verify',
      needs: after,
      title: 'Read back what runs',
      reason: `reads back from the platforms: every instance of ${names || 'the environment'} must run the release's digests`,
      mutates: false,
      undo: null,
      timeoutMs: REQUESTS_MS,
      action: { kind: 'verify' },
    },
  ]);
}

function recordStage({ match, project }: StageContext, after: readonly string[]): Stage {
  return sideBySide([
    {
      id: 'record',
      needs: after,
      title: 'Record the release',
      reason: recordReason(match.environment.name, project),
      mutates: true,
      undo: 'remove the record',
      timeoutMs: REQUESTS_MS,
      action: { kind: 'record' },
    },
  ]);
}

function recordReason(name: string, project: ResolvedProject): string {
  const waiting = project.environments.filter((environment) =>
    environment.gates.some((gate) => gate.kind === 'passed' && gate.environment === name),
  );
  const readers = waiting.map((environment) => environment.name);
  const gate = readers.length === 0 ? '' : `, and for gates: [passed('${name}')] of ${list(readers)}`;
  return `records what is live in ${name}, for status and rollback${gate}`;
}
