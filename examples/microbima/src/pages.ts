import type { Member } from './member-store.ts';
import { stylesheet } from './page-style.ts';
import type { Policy } from './policy-store.ts';
import { shillings } from './premium.ts';

const STATUSES = ['active', 'lapsed', 'cancelled'];

/** All policies, with the search that led to them. */
export function policiesPage(
  policies: readonly Policy[],
  filter: { search: string; status: string },
): string {
  const active = policies.filter((policy) => policy.status === 'active');
  const premium = active.reduce((sum, policy) => sum + policy.premiumCents, 0);
  return page(
    'Policies',
    `<section class="figures">
      ${figure(String(policies.length), 'policies shown')}
      ${figure(String(active.length), 'of them active')}
      ${figure(shillings(premium), 'premium of the active')}
    </section>
    <form>
      <input type="search" name="search" value="${escape(filter.search)}" placeholder="Number, name or phone" aria-label="Search">
      <select name="status" aria-label="Status">
        <option value="">Any status</option>
        ${STATUSES.map((word) => `<option${word === filter.status ? ' selected' : ''}>${word}</option>`).join('')}
      </select>
      <button>Search</button>
    </form>
    ${policies.length === 0 ? '<p class="empty">No policy fits.</p>' : policyTable(policies)}`,
  );
}

/** One policy and its holder. */
export function policyPage(policy: Policy): string {
  const rows: [string, string][] = [
    ['Holder', escape(policy.memberName)],
    ['Phone', escape(policy.memberPhone)],
    ['Product', escape(policy.productTitle)],
    ['Lives covered', String(policy.lives)],
    ['Months', String(policy.months)],
    ['Premium', shillings(policy.premiumCents)],
    ['Status', badge(policy.status)],
    ['Taken out', day(policy.createdAt)],
  ];
  return page(
    policy.number,
    `<dl>${rows.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>
    <p><a href="/">← All policies</a></p>`,
  );
}

/** Everybody who holds, or held, a policy. */
export function membersPage(members: readonly Member[]): string {
  const rows = members.map(
    (
      member,
    ) => `<tr><td><a href="/?search=${encodeURIComponent(member.phone)}">${escape(member.name)}</a></td>
      <td>${escape(member.phone)}</td><td class="number">${member.policies}</td><td>${day(member.createdAt)}</td></tr>`,
  );
  return page(
    'Members',
    members.length === 0
      ? '<p class="empty">No members yet.</p>'
      : `<table><thead><tr><th>Name</th><th>Phone</th><th class="number">Policies</th><th>Since</th></tr></thead>
         <tbody>${rows.join('')}</tbody></table>`,
  );
}

/** What could not be shown, and why. */
export function errorPage(status: number, message: string): string {
  return page(
    status === 404 ? 'Not found' : 'Something went wrong',
    `<p>${escape(message)}</p><p><a href="/">← All policies</a></p>`,
  );
}

function policyTable(policies: readonly Policy[]): string {
  const rows = policies.map(
    (
      policy,
    ) => `<tr><td><a href="/policies/${encodeURIComponent(policy.number)}">${escape(policy.number)}</a></td>
      <td>${escape(policy.memberName)}</td><td>${escape(policy.productTitle)}</td>
      <td class="number">${policy.lives}</td><td class="number">${shillings(policy.premiumCents)}</td>
      <td>${badge(policy.status)}</td><td>${day(policy.createdAt)}</td></tr>`,
  );
  return `<table><thead><tr><th>Number</th><th>Holder</th><th>Product</th><th class="number">Lives</th>
    <th class="number">Premium</th><th>Status</th><th>Taken out</th></tr></thead>
    <tbody>${rows.join('')}</tbody></table>`;
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escape(title)} · MicroBima</title>
  <style>${stylesheet}</style>
</head>
<body>
  <header><a class="brand" href="/">MicroBima</a><nav><a href="/">Policies</a><a href="/members">Members</a></nav></header>
  <main><h1>${escape(title)}</h1>${content}</main>
  <footer>Release ${escape(process.env['GLIDEPATH_RELEASE'] ?? 'none')}</footer>
</body>
</html>
`;
}

function figure(value: string, label: string): string {
  return `<div><strong>${escape(value)}</strong><span>${label}</span></div>`;
}

function badge(status: string): string {
  return `<span class="badge ${escape(status)}">${escape(status)}</span>`;
}

function day(iso: string): string {
  return `<time datetime="${escape(iso)}">${escape(iso.slice(0, 10))}</time>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
