import { openDatabase } from './database.ts';
import { HttpProblem, json, type Route } from './http-messages.ts';
import { runService } from './http-service.ts';
import { fieldsOf, phoneOf, quoteRequestOf, textOf } from './input.ts';
import { internalClient } from './internal-client.ts';
import { jsonLog } from './json-log.ts';
import type { Policy } from './policy-store.ts';
import { premiumCents } from './premium.ts';
import { findProduct, listProducts } from './product-store.ts';
import { requiredSetting } from './settings.ts';

const database = openDatabase(requiredSetting('DATABASE_URL'), jsonLog('public-api'));
const internal = internalClient(requiredSetting('INTERNAL_API_URL'));

const routes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/products',
    handle: async () => json(200, await listProducts(database)),
  },
  {
    method: 'GET',
    pattern: '/quotes',
    handle: async ({ query }) => {
      const request = quoteRequestOf(Object.fromEntries(query));
      const product = await findProduct(database, request.product);
      if (product === null) throw new HttpProblem(404, `There is no product ${request.product}.`);
      return json(200, {
        ...request,
        coverCents: product.coverCents,
        premiumCents: premiumCents(product.rateCents, request),
      });
    },
  },
  {
    method: 'POST',
    pattern: '/policies',
    handle: async ({ body }) => {
      const fields = fieldsOf(body);
      const holder = fieldsOf(fields['member']);
      const member = { name: textOf(holder['name'], 'member.name'), phone: phoneOf(holder['phone']) };
      return json(201, publicView(await internal.createPolicy({ ...quoteRequestOf(fields), member })));
    },
  },
  {
    method: 'GET',
    pattern: '/policies/:number',
    handle: async ({ params }) => json(200, publicView(await internal.findPolicy(params['number'] ?? ''))),
  },
  {
    // Withdrawal in the free-look period: the policy is gone, as if it had never been taken out.
    method: 'DELETE',
    pattern: '/policies/:number',
    handle: async ({ params, query }) => {
      const policy = await internal.findPolicy(params['number'] ?? '');
      if (policy.memberPhone !== phoneOf(query.get('phone'))) {
        throw new HttpProblem(403, 'Only its holder can withdraw a policy.');
      }
      await internal.deletePolicy(policy.number);
      return { ...json(204, null), body: '' };
    },
  },
];

runService({
  name: 'public-api',
  routes,
  // The internal API is not asked: if it were, its trouble would take this service, which can still quote, with it.
  checks: {
    async database() {
      await database.read('select 1');
    },
  },
  close: () => database.close(),
});

/** Anybody who knows a number may look a policy up: enough to recognise it, nothing to reach its holder by. */
function publicView(policy: Policy): Record<string, unknown> {
  const { number, product, productTitle, lives, months, premiumCents, status, createdAt } = policy;
  const initials = policy.memberName.split(/\s+/).map((word) => `${word[0] ?? ''}.`);
  return {
    number,
    product,
    productTitle,
    lives,
    months,
    premiumCents,
    status,
    createdAt,
    holder: initials.join(' '),
  };
}
