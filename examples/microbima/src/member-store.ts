import type { Database } from './database.ts';
import { HttpProblem } from './http-messages.ts';

/** Somebody who holds policies. */
export interface Member {
  readonly id: number;
  readonly name: string;
  /** `+` and 9 to 15 digits, unique. */
  readonly phone: string;
  readonly createdAt: string;
  readonly policies: number;
}

const SELECT = `
  select m.id, m.name, m.phone, m.created_at as "createdAt",
         (select count(*) from policies p where p.member_id = m.id) as policies
    from members m`;

/** The newest first. */
export async function listMembers(database: Database, limit: number): Promise<Member[]> {
  return database.read<Member>(`${SELECT} order by m.id desc limit $1`, [limit]);
}

/** One member. 404 when there is none. */
export async function findMember(database: Database, id: number): Promise<Member> {
  const [member] = await database.read<Member>(`${SELECT} where m.id = $1`, [id]);
  if (member === undefined) throw noSuchMember(id);
  return member;
}

/** Makes a member. 409 when the phone is taken. */
export async function createMember(
  database: Database,
  member: { name: string; phone: string },
): Promise<Member> {
  const id = await database.write(async (query) => {
    const [row] = await query<{ id: number }>(
      'insert into members (name, phone) values ($1, $2) on conflict (phone) do nothing returning id',
      [member.name, member.phone],
    );
    if (row === undefined) throw new HttpProblem(409, `${member.phone} is the phone of another member.`);
    return row.id;
  });
  return findMember(database, id);
}

/** Changes the name. 404 when there is no such member. */
export async function renameMember(database: Database, id: number, name: string): Promise<Member> {
  await database.write((query) => query('update members set name = $2 where id = $1', [id, name]));
  return findMember(database, id);
}

/** Removes a member without policies. 404 when there is none, 409 while policies are left. */
export async function deleteMember(database: Database, id: number): Promise<void> {
  await database.write(async (query) => {
    const held = await query('select from policies where member_id = $1 limit 1', [id]);
    if (held.length > 0) throw new HttpProblem(409, `Member ${id} still holds a policy.`);
    const gone = await query('delete from members where id = $1 returning id', [id]);
    if (gone.length === 0) throw noSuchMember(id);
  });
}

function noSuchMember(id: number): HttpProblem {
  return new HttpProblem(404, `There is no member ${id}.`);
}
