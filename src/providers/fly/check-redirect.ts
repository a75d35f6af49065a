import type { Machine } from './client/wire-types.ts';

/** A health check that is answered with a redirect. */
export interface CheckRedirect {
  /** 301, 302, 303, 307 or 308. */
  readonly status: number;
  /** Where it leads, as far as the answer's body says so. */
  readonly target: string | null;
}

/**
 * The redirect that a failing check of this machine is answered with, or null. Fly's checks do not follow one, so that
 * waiting longer changes nothing. `before` is the machine before the change: what its checks said then is not news.
 */
export function checkRedirect(machine: Machine, before: Machine | null): CheckRedirect | null {
  const old = new Map((before?.checks ?? []).map((check) => [check.name, check.updated_at]));
  for (const check of machine.checks ?? []) {
    const isNews = check.updated_at === undefined || check.updated_at !== old.get(check.name);
    if (check.status !== 'critical' || !isNews) continue;
    const redirect = redirectIn(check.output ?? '');
    if (redirect !== null) return redirect;
  }
  return null;
}

/** The status, as a check's output has it: `HTTP GET http://172.19.2.2:8080/health: 302 Found Output: "…"`. */
const STATUS = /: (30[12378]) [A-Z]/;
/** What frameworks write into the body of a redirect: Express, Phoenix and most others. */
const TARGET = /(?:Redirecting to |href=\\?["'])([^"'\\\s]+)/i;
/** A body that is nothing but the target, as Next.js answers. */
const BARE_TARGET = /Output: "((?:\/|https?:\/\/)[^"\s]*)"$/;

function redirectIn(output: string): CheckRedirect | null {
  const status = STATUS.exec(output)?.[1];
  if (status === undefined) return null;
  const target = TARGET.exec(output)?.[1] ?? BARE_TARGET.exec(output.trim())?.[1] ?? null;
  return { status: Number(status), target };
}
