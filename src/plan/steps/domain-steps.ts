import type { ResolvedApp } from '../../config/resolved.ts';
import type { PlanStep } from '../plan.ts';
import { list } from '../words.ts';
import { sideBySide, type Stage, type StageContext } from './stage.ts';

/** A few requests for each domain. */
const DOMAINS_MS = 5 * 60_000;

/** Asks for the certificates of custom domains and shows their DNS records, before any app changes. */
export function domainStage({ apps, match }: StageContext, after: readonly string[]): Stage {
  return sideBySide(
    apps.flatMap((app): PlanStep[] => {
      const domains = domainsOf(app);
      if (domains.length === 0) return [];
      return [
        {
          id: `domains:${app.name}`,
          needs: after,
          title: `Domains of ${app.name}`,
          reason: `domains of ${app.name} in ${match.name}: requests certificates for ${list(domains)}, and shows and checks the DNS records they need`,
          mutates: true,
          undo: null,
          timeoutMs: DOMAINS_MS,
          action: { kind: 'domains', app: app.name },
        },
      ];
    }),
  );
}

function domainsOf(app: ResolvedApp): readonly string[] {
  return app.platform === 'fly' ? app.domains : [];
}
