import { html, HttpProblem, type Route } from './http-messages.ts';
import { runService } from './http-service.ts';
import { internalClient } from './internal-client.ts';
import { errorPage, membersPage, policiesPage, policyPage } from './pages.ts';
import { requiredSetting } from './settings.ts';

const LIST_LENGTH = 100;

const internal = internalClient(requiredSetting('INTERNAL_API_URL'));

const routes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/',
    handle: async ({ query }) => {
      const filter = { search: query.get('search') ?? '', status: query.get('status') ?? '' };
      const policies = await internal.listPolicies({ ...filter, limit: LIST_LENGTH });
      return html(200, policiesPage(policies, filter));
    },
  },
  {
    method: 'GET',
    pattern: '/policies/:number',
    handle: async ({ params }) => html(200, policyPage(await internal.findPolicy(params['number'] ?? ''))),
  },
  {
    method: 'GET',
    pattern: '/members',
    handle: async () => html(200, membersPage(await internal.listMembers())),
  },
];

runService({
  name: 'web-admin',
  routes: routes.map((route) => ({ ...route, handle: withErrorPage(route.handle) })),
  // It holds nothing of its own; the internal API's health is the internal API's to tell.
  checks: {},
});

/** A person reads the answer, so a problem is a page too. */
function withErrorPage(handle: Route['handle']): Route['handle'] {
  return async (request) => {
    try {
      return await handle(request);
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      return html(error.status, errorPage(error.status, error.message));
    }
  };
}
