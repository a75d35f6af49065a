import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import type { DomainState } from '../../providers/app-platform.ts';
import type { Json } from '../../util/json.ts';
import { DOMAIN_WORDS, dnsTable } from '../dns-table.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { flyAppNamed, scopeOf, type StepScope } from '../step-scope.ts';

/** Asks for certificates and shows the DNS records of an app's domains; what it found is told again in the report. */
export function domainsStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'domains'>(deps, context);
      const app = flyAppNamed(scope, scope.action.app);
      const domains = await deps.platformOf(app).ensureDomains(app, app.platformName, context);
      for (const line of domainLines(domains)) context.log(line);
      requireAskedFor(scope, app.name, domains);
      return { domains } as unknown as Json;
    },
  };
}

/** What each domain waits for, with the records of those that are not verified. Pure. */
export function domainLines(domains: readonly DomainState[]): readonly string[] {
  return domains.flatMap((domain) => {
    const line = `${domain.hostname} ${DOMAIN_WORDS[domain.state]}`;
    if (domain.state === 'awaiting-dns') return [`${line}:`, ...dnsTable(domain)];
    return [domain.detail === null ? line : `${line} (${domain.detail})`];
  });
}

/** What is left to do about domains after a deployment: the records of each that are missing. Pure. */
export function domainNotes(domains: readonly DomainState[]): readonly string[] {
  return domains
    .filter(({ state }) => state === 'awaiting-dns')
    .map((domain) => domainLines([domain]).join('\n'));
}

/** A domain without DNS is only a word of warning, unless the deployment would fail by it at its very end. */
function requireAskedFor(scope: StepScope, app: string, domains: readonly DomainState[]): void {
  const { healthUrls, name } = scope.input.environment;
  if (healthUrls === null || healthUrls.tolerateDns) return;
  const asked = new Set(healthUrls.urls.map((url) => new URL(url).hostname));
  const unverified = domains.filter(
    (domain) => domain.state === 'awaiting-dns' && asked.has(domain.hostname),
  );
  const [first] = unverified;
  if (first === undefined) return;
  throw new ToolError(
    'DEPLOY_DOMAIN_UNVERIFIED',
    `${first.hostname} does not point to ${app} yet, and health.urls of ${name} requests it after the deployment.`,
    {
      hint: `Create its DNS records, or tolerate that: health: { urls: […], tolerate: 'dns' }`,
      output: domainLines(unverified),
    },
  );
}
