import type { StepExecutor } from '../../engine/graph.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { flyAppNamed, scopeOf, type StepScope } from '../step-scope.ts';

/** Between two tries of an address that does not answer well yet. */
const PROBE_INTERVAL_MS = 250;
/** One request may take this long. */
const PROBE_TIMEOUT_MS = 10_000;

/** Asks an app by its public address, the way its users do. */
export function healthStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'health'>(deps, context);
      const app = flyAppNamed(scope, scope.action.app);
      if (app.health === null) return { skipped: true };
      const base = await deps.platformOf(app).publicUrl(app.platformName);
      const url = new URL(app.health.path, base).href;
      await requireHealthy(scope, url, app.health.withinMs);
      return { url };
    },
  };
}

/** Asks every public address of the environment. */
export function healthUrlsStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'health-urls'>(deps, context);
      const { healthUrls } = scope.input.environment;
      if (healthUrls === null) return { skipped: true };
      for (const url of healthUrls.urls)
        await requireHealthy(scope, url, healthUrls.withinMs, healthUrls.tolerateDns);
      return { urls: healthUrls.urls };
    },
  };
}

/** Asks an address until it answers well. Throws HEALTH_FAILED. `tolerateDns`: a name that is not known yet will do. */
export async function requireHealthy(
  scope: StepScope,
  url: string,
  withinMs: number,
  tolerateDns = false,
): Promise<void> {
  const { clock } = scope.deps;
  const startedAt = clock.now();
  let last = '';
  while (clock.now() - startedAt <= withinMs) {
    const answer = await ask(scope, url);
    if (answer.ok) {
      scope.context.log(`${url} answered ${answer.status} after ${clock.now() - startedAt} ms`);
      return;
    }
    if (answer.isDns && tolerateDns) {
      scope.context.log(`${url}: the name does not resolve yet, tolerated`);
      return;
    }
    last = answer.why;
    await clock.sleep(PROBE_INTERVAL_MS, scope.context.signal);
  }
  throw new ToolError('HEALTH_FAILED', `${url} was not healthy within ${withinMs / 1000} s: ${last}.`, {
    hint: `See its logs: glidepath logs ${scope.input.environment.name}`,
  });
}

type Answer =
  | { readonly ok: true; readonly status: number }
  | { readonly ok: false; readonly why: string; readonly isDns: boolean };

async function ask(scope: StepScope, url: string): Promise<Answer> {
  const signal = AbortSignal.any([scope.context.signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
  try {
    const response = await scope.deps.fetch(url, { redirect: 'manual', signal });
    await response.body?.cancel();
    if (response.status < 400) return { ok: true, status: response.status };
    return { ok: false, why: `it answered ${response.status}`, isDns: false };
  } catch (error) {
    if (scope.context.signal.aborted) throw scope.context.signal.reason;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = (cause as { code?: unknown }).code;
    return { ok: false, why: String(cause), isDns: code === 'ENOTFOUND' || code === 'EAI_AGAIN' };
  }
}
