import { openDatabase, type Database } from './database.ts';
import { HttpProblem, json, type Route } from './http-messages.ts';
import { runService } from './http-service.ts';
import { fieldsOf, integerOf, phoneOf, quoteRequestOf, textOf, wordOf } from './input.ts';
import { jsonLog } from './json-log.ts';
import { createMember, deleteMember, findMember, listMembers, renameMember } from './member-store.ts';
import {
  createPolicy,
  deletePolicy,
  findPolicy,
  listPolicies,
  noSuchPolicy,
  setPolicyStatus,
} from './policy-store.ts';
import { premiumCents } from './premium.ts';
import { findProduct } from './product-store.ts';
import { requiredSetting } from './settings.ts';

const LIST = { min: 1, max: 500 };
const ID = { min: 1, max: 999_999_999 };
const STATUSES = ['active', 'lapsed', 'cancelled'] as const;

const database = openDatabase(requiredSetting('DATABASE_URL'), jsonLog('internal-api'));

runService({
  name: 'internal-api',
  routes: [...policyRoutes(database), ...memberRoutes(database)],
  checks: {
    async database() {
      await database.read('select 1');
    },
  },
  close: () => database.close(),
});

function policyRoutes(database: Database): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/policies',
      handle: async ({ query }) => {
        const status = query.get('status');
        const member = query.get('member');
        const search = query.get('search');
        return json(
          200,
          await listPolicies(database, {
            ...(status === null ? {} : { status: wordOf(status, 'status', STATUSES) }),
            ...(member === null ? {} : { memberId: integerOf(member, 'member', ID) }),
            ...(search === null ? {} : { search }),
            limit: integerOf(query.get('limit') ?? 50, 'limit', LIST),
          }),
        );
      },
    },
    {
      method: 'POST',
      pattern: '/policies',
      handle: async ({ body }) => json(201, await writePolicy(database, fieldsOf(body))),
    },
    {
      method: 'GET',
      pattern: '/policies/:number',
      handle: async ({ params }) => {
        const number = params['number'] ?? '';
        const policy = await findPolicy(database, number);
        if (policy === null) throw noSuchPolicy(number);
        return json(200, policy);
      },
    },
    {
      method: 'PATCH',
      pattern: '/policies/:number',
      handle: async ({ params, body }) => {
        const status = wordOf(fieldsOf(body)['status'], 'status', STATUSES);
        return json(200, await setPolicyStatus(database, params['number'] ?? '', status));
      },
    },
    {
      method: 'DELETE',
      pattern: '/policies/:number',
      handle: async ({ params }) => {
        await deletePolicy(database, params['number'] ?? '');
        return { ...json(204, null), body: '' };
      },
    },
  ];
}

/** The price is worked out here, from the product's own rate: a caller's figure is never taken over. */
async function writePolicy(database: Database, fields: Readonly<Record<string, unknown>>): Promise<unknown> {
  const request = quoteRequestOf(fields);
  const holder = fieldsOf(fields['member']);
  const member = { name: textOf(holder['name'], 'member.name'), phone: phoneOf(holder['phone']) };
  const product = await findProduct(database, request.product);
  if (product === null) throw new HttpProblem(400, `There is no product ${request.product}.`);
  return createPolicy(database, {
    ...request,
    member,
    premiumCents: premiumCents(product.rateCents, request),
  });
}

function memberRoutes(database: Database): Route[] {
  const idOf = (params: Readonly<Record<string, string>>): number => integerOf(params['id'], 'id', ID);
  return [
    {
      method: 'GET',
      pattern: '/members',
      handle: async ({ query }) =>
        json(200, await listMembers(database, integerOf(query.get('limit') ?? 50, 'limit', LIST))),
    },
    {
      method: 'POST',
      pattern: '/members',
      handle: async ({ body }) => {
        const fields = fieldsOf(body);
        const member = { name: textOf(fields['name'], 'name'), phone: phoneOf(fields['phone']) };
        return json(201, await createMember(database, member));
      },
    },
    {
      method: 'GET',
      pattern: '/members/:id',
      handle: async ({ params }) => json(200, await findMember(database, idOf(params))),
    },
    {
      method: 'PATCH',
      pattern: '/members/:id',
      handle: async ({ params, body }) => {
        const name = textOf(fieldsOf(body)['name'], 'name');
        return json(200, await renameMember(database, idOf(params), name));
      },
    },
    {
      method: 'DELETE',
      pattern: '/members/:id',
      handle: async ({ params }) => {
        await deleteMember(database, idOf(params));
        return { ...json(204, null), body: '' };
      },
    },
  ];
}
