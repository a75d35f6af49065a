import type { SerialQueue } from '../../util/serial-queue.ts';
import type { Clock } from '../../util/clock.ts';
import type { EventBus } from './events/event-bus.ts';
import type { GitStore } from './git/git-store.ts';
import type { GithubState } from './github-state.ts';
import type { SecretBox } from './secrets/secret-box.ts';

/** What every part of the local GitHub works on. */
export interface GithubContext {
  readonly state: GithubState;
  readonly git: GitStore;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly secretBox: SecretBox;
  /** Where people reach it, `http://127.0.0.1:4280`: pages and git; the API is at `/api/v3` below it. */
  readonly baseUrl: string;
  /** Whether a token is the cloud's own. */
  readonly isAdminToken: (token: string) => boolean;
  /** Changes of the refs of one repository, one after another. */
  readonly refsQueue: (repositoryId: number) => SerialQueue;
}

/** Whose the cloud's own token is: an administrator of the whole. */
export const ADMIN_LOGIN = 'glidepath';

/** Of the app that runs GitHub workflows. */
export const ACTIONS_APP_ID = 15_368;
export const ACTIONS_APP_SLUG = 'github-actions';
