import type { Trigger } from '../../plan/plan.ts';
import { unreachable } from '../../util/assert.ts';

/** What happens on the local GitHub, for its GitHub workflows to be seen at work. */
export type Rehearsal =
  | { readonly kind: 'push'; readonly branch: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | {
      readonly kind: 'pull-request';
      readonly number: number;
      readonly action: PullRequestAction;
      /** By somebody who may not write to the repository. */
      readonly isFromFork: boolean;
    }
  /** A pull request is put into the merge queue, and merged when its checks have passed. */
  | { readonly kind: 'merge-queue'; readonly number: number | null };

/** What somebody does to a pull request. */
export const PULL_REQUEST_ACTIONS = ['opened', 'updated', 'closed', 'merged'] as const;

export type PullRequestAction = (typeof PULL_REQUEST_ACTIONS)[number];

/** A rehearsal in the words it is typed in. */
export function rehearsalWords(rehearsal: Rehearsal): string {
  switch (rehearsal.kind) {
    case 'push':
      return `push ${rehearsal.branch}`;
    case 'tag':
      return `tag ${rehearsal.tag}`;
    case 'pull-request':
      return `pr ${rehearsal.number} ${rehearsal.action}${rehearsal.isFromFork ? ' --from-fork' : ''}`;
    case 'merge-queue':
      return rehearsal.number === null ? 'merge-queue' : `merge-queue ${rehearsal.number}`;
    default:
      return unreachable(rehearsal);
  }
}

/** The trigger by which Glidepath itself knows it, where it does. */
export function triggerOf(rehearsal: Rehearsal): Trigger | null {
  switch (rehearsal.kind) {
    case 'push':
      return rehearsal;
    case 'tag':
      return rehearsal;
    case 'pull-request': {
      const isOpen = rehearsal.action === 'opened' || rehearsal.action === 'updated';
      return { kind: 'pull-request', number: rehearsal.number, action: isOpen ? 'opened' : 'closed' };
    }
    case 'merge-queue':
      return null;
    default:
      return unreachable(rehearsal);
  }
}
