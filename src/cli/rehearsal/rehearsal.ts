import type { Trigger } from '../../plan/plan.ts';
import { unreachable } from '../../util/assert.ts';

/** What happens on the local GitHub, for its GitHub workflows to be seen at work. */
export type Rehearsal =
  | {
      readonly kind: 'push';
      readonly branch: string;
      /** The branch of the local GitHub whose newest commit is pushed, as it is; missing: a commit of the project. */
      readonly from?: string;
    }
  | { readonly kind: 'tag'; readonly tag: string }
  | {
      readonly kind: 'pull-request';
      readonly number: number;
      readonly action: PullRequestAction;
      /** By somebody who may not write to the repository. */
      readonly isFromFork: boolean;
    }
  /** A pull request is put into the merge queue, and merged when its checks have passed. */
  | { readonly kind: 'merge-queue'; readonly number: number | null }
  /** Somebody starts a GitHub workflow by hand. */
  | {
      readonly kind: 'dispatch';
      /** Its file, with or without its ending, or its name. */
      readonly workflow: string;
      /** The branch or tag; null: the main branch. */
      readonly ref: string | null;
      readonly inputs: Readonly<Record<string, string>>;
    }
  /** The time has come that is written in a GitHub workflow. */
  | { readonly kind: 'schedule'; readonly workflow: string };

/** What somebody does to a pull request. */
export const PULL_REQUEST_ACTIONS = ['opened', 'updated', 'closed', 'merged'] as const;

export type PullRequestAction = (typeof PULL_REQUEST_ACTIONS)[number];

/** A rehearsal in the words it is typed in. */
export function rehearsalWords(rehearsal: Rehearsal): string {
  switch (rehearsal.kind) {
    case 'push':
      return `push ${rehearsal.branch}${rehearsal.from === undefined ? '' : ` --from ${rehearsal.from}`}`;
    case 'tag':
      return `tag ${rehearsal.tag}`;
    case 'pull-request':
      return `pr ${rehearsal.number} ${rehearsal.action}${rehearsal.isFromFork ? ' --from-fork' : ''}`;
    case 'merge-queue':
      return rehearsal.number === null ? 'merge-queue' : `merge-queue ${rehearsal.number}`;
    case 'dispatch': {
      const inputs = Object.entries(rehearsal.inputs).map(([name, value]) => ` --input ${name}=${value}`);
      return `dispatch ${rehearsal.workflow}${rehearsal.ref === null ? '' : ` --ref ${rehearsal.ref}`}${inputs.join('')}`;
    }
    case 'schedule':
      return `schedule ${rehearsal.workflow}`;
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
    case 'dispatch':
    case 'schedule':
      return null;
    default:
      return unreachable(rehearsal);
  }
}
