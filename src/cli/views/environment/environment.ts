import type { ResolvedEnvironment, TriggerRule } from '../../../config/resolved.ts';
import { unreachable } from '../../../util/assert.ts';

/** What an environment listens to, in a few words: `push main, manual`. */
export function describeTriggers(environment: ResolvedEnvironment): string {
  return environment.on.length === 0 ? 'nothing' : environment.on.map(describeRule).join(', ');
}

function describeRule(rule: TriggerRule): string {
  switch (rule.kind) {
    case 'push':
      return `push ${rule.branch}`;
    case 'tag':
      return `tag ${rule.pattern}`;
    case 'pull-request':
      return 'pull requests';
    case 'manual':
      return 'manual';
    default:
      return unreachable(rule);
  }
}
