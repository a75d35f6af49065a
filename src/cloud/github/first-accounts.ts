import { ACTIONS_APP_ID, ACTIONS_APP_SLUG, ADMIN_LOGIN } from './github-context.ts';
import type { GithubContext } from './github-context.ts';
import { QUEUE_LOGIN } from './queue/merge-queue.ts';
import type { AccountRecord } from './account-records.ts';

/** Those that are there from the start: who the cloud's token is of, whoever is gone, and GitHub Actions. */
export function ensureFirstAccounts({ state, clock }: GithubContext): void {
  state.together(() => {
    const make = (login: string, more: Partial<AccountRecord>): void => {
      if (state.account(login) !== null) return;
      state.save('accounts', {
        id: state.nextId(),
        login,
        kind: 'user',
        name: login,
        email: `${login}@users.noreply.localhost`,
        plan: 'enterprise',
        isSiteAdmin: false,
        members: {},
        createdAt: clock.now(),
        ...more,
      });
    };
    make(ADMIN_LOGIN, { isSiteAdmin: true });
    make('ghost', { plan: 'free' });
    make('github', { kind: 'organization' });
    make(`${ACTIONS_APP_SLUG}[bot]`, { kind: 'bot', name: ACTIONS_APP_SLUG });
    make(QUEUE_LOGIN, { kind: 'bot', name: 'github-merge-queue' });
    if (state.find('apps', ACTIONS_APP_ID) !== null) return;
    state.save('apps', {
      id: ACTIONS_APP_ID,
      slug: ACTIONS_APP_SLUG,
      name: 'GitHub Actions',
      owner: 'github',
      publicKey: null,
      permissions: {},
      createdAt: clock.now(),
    });
  });
}
