import { randomInt } from 'node:crypto';
import type { Database, Query } from './database.ts';
import { HttpProblem } from './http-messages.ts';

/** Where a policy stands. */
export type PolicyStatus = 'active' | 'lapsed' | 'cancelled';

/** A policy with its holder. Times are ISO 8601. */
export interface Policy {
  readonly number: string;
  readonly product: string;
  readonly productTitle: string;
  readonly lives: number;
  readonly months: number;
  readonly premiumCents: number;
  readonly status: PolicyStatus;
  readonly memberId: number;
  readonly memberName: string;
  readonly memberPhone: string;
  readonly createdAt: string;
}

/** A policy to be written; the member is found by phone, or made. */
export interface NewPolicy {
  readonly product: string;
  readonly lives: number;
  readonly months: number;
  readonly premiumCents: number;
  readonly member: { readonly name: string; readonly phone: string };
}

const SELECT = `
  select p.number, p.product, r.title as "productTitle", p.lives, p.months, p.premium_cents as "premiumCents",
         p.status, m.id as "memberId", m.name as "memberName", m.phone as "memberPhone", p.created_at as "createdAt"
    from policies p join members m on m.id = p.member_id join products r on r.code = p.product`;

/** Letters and digits that nobody mistakes for one another on the telephone. */
const NUMBER_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The newest first; `status` and `memberId` narrow it, `search` looks in number, name and phone. */
export async function listPolicies(
  database: Database,
  filter: { status?: string; memberId?: number; search?: string; limit: number },
): Promise<Policy[]> {
  return database.read<Policy>(
    `${SELECT}
      where ($1::text is null or p.status = $1) and ($2::bigint is null or m.id = $2)
        and ($3::text is null or strpos(lower(p.number || ' ' || m.name || ' ' || m.phone), lower($3)) > 0)
      order by p.created_at desc, p.number limit $4`,
    [filter.status ?? null, filter.memberId ?? null, filter.search ?? null, filter.limit],
  );
}

/** One policy, or null. */
export async function findPolicy(database: Database, number: string): Promise<Policy | null> {
  return (await database.read<Policy>(`${SELECT} where p.number = $1`, [number]))[0] ?? null;
}

/** Writes the policy and, when the phone is new, its member. */
export async function createPolicy(database: Database, policy: NewPolicy): Promise<Policy> {
  return database.write(async (query) => {
    const [member] = await query<{ id: number }>(
      `insert into members (name, phone) values ($1, $2)
       on conflict (phone) do update set name = excluded.name returning id`,
      [policy.member.name, policy.member.phone],
    );
    const number = newPolicyNumber();
    await query(
      `insert into policies (number, member_id, product, lives, months, premium_cents) values ($1, $2, $3, $4, $5, $6)`,
      [number, member?.id, policy.product, policy.lives, policy.months, policy.premiumCents],
    );
    return policyIn(query, number);
  });
}

/** Changes where a policy stands. 404 when there is none. */
export async function setPolicyStatus(
  database: Database,
  number: string,
  status: PolicyStatus,
): Promise<Policy> {
  return database.write(async (query) => {
    await query('update policies set status = $2 where number = $1', [number, status]);
    return policyIn(query, number);
  });
}

/** Removes a policy, and its member when it was the last one. 404 when there is none. */
export async function deletePolicy(database: Database, number: string): Promise<void> {
  await database.write(async (query) => {
    const [gone] = await query<{ member_id: number }>(
      'delete from policies where number = $1 returning member_id',
      [number],
    );
    if (gone === undefined) throw noSuchPolicy(number);
    await query(
      'delete from members m where id = $1 and not exists (select from policies p where p.member_id = m.id)',
      [gone.member_id],
    );
  });
}

/** What a look-up in vain is answered with. */
export function noSuchPolicy(number: string): HttpProblem {
  return new HttpProblem(404, `There is no policy ${number}.`);
}

async function policyIn(query: Query, number: string): Promise<Policy> {
  const [policy] = await query<Policy>(`${SELECT} where p.number = $1`, [number]);
  if (policy === undefined) throw noSuchPolicy(number);
  return policy;
}

function newPolicyNumber(): string {
  const letters = Array.from({ length: 8 }, () => NUMBER_ALPHABET[randomInt(NUMBER_ALPHABET.length)]);
  return `MB-${letters.join('')}`;
}
