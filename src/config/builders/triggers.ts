import type { TriggerDefinition } from '../definition/environment-definition.ts';

/** Deploys when a branch is pushed. `*` stands for anything but a slash, `**` for anything. */
export function push(branch: string): Extract<TriggerDefinition, { kind: 'push' }> {
  return { kind: 'push', branch };
}

/** Deploys when a tag is pushed that matches the pattern: `tag('v*')`. */
export function tag(pattern: string): Extract<TriggerDefinition, { kind: 'tag' }> {
  return { kind: 'tag', pattern };
}

/** An environment of its own for each open pull request. */
export function pullRequest(): Extract<TriggerDefinition, { kind: 'pull-request' }> {
  return { kind: 'pull-request' };
}

/** Deploys when somebody says so. Every environment allows it, unless it says `manual: false`. */
export function manual(): Extract<TriggerDefinition, { kind: 'manual' }> {
  return { kind: 'manual' };
}
