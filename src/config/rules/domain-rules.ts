import type { Mistake } from '../mistake.ts';
import { lastWritten } from '../resolve/layers.ts';
import type { CheckedScope } from './checked-scope.ts';
import { conflict } from './conflict.ts';

/** A domain leads to one app of one environment, and a worker has none. */
export function domainRules(scopes: readonly CheckedScope[]): Mistake[] {
  const owners = new Map<string, string>();
  return scopes.flatMap((scope) => {
    const { resolved: app, layers, appName, environmentName } = scope;
    const place = lastWritten(layers, 'domains');
    if (app.platform !== 'fly' || place === null || app.domains.length === 0) return [];
    const owner = `${appName} in ${environmentName}`;
    const mistakes = app.domains.flatMap((domain) => {
      const other = owners.get(domain);
      owners.set(domain, other ?? owner);
      if (other === undefined) return [];
      const hint = other === owner ? 'Name it once.' : 'Write it in one environment, at one app.';
      return [conflict(place.path, `gives ${domain} to ${owner}, but it belongs to ${other}`, hint)];
    });
    if (app.port === null)
      mistakes.push(
        conflict(place.path, `is set, but ${appName} has no port`, 'Add port: 8080, or take it out.'),
      );
    if (app.platformName.includes('{pr}'))
      mistakes.push(
        conflict(
          place.path,
          `is set in ${environmentName}, which there may be many of at once`,
          'Write it in one environment that stands.',
        ),
      );
    return mistakes;
  });
}
