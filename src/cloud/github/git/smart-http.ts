import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { canSee } from '../access/admit.ts';
import { tokenOf, whoHas } from '../access/authenticate.ts';
import type { Caller } from '../access/caller.ts';
import { atLeast, roleOf } from '../access/role-of.ts';
import { isPermitted } from '../access/tokens.ts';
import type { GithubContext } from '../github-context.ts';
import { fullNameOf } from '../github-state.ts';
import type { RepositoryRecord } from '../records.ts';
import { FLUSH_PACKET, packetOf } from './pkt-line.ts';
import { receivePack } from './receive-pack.ts';
import { runGit, startGit } from './run-git.ts';

const SERVICES = ['git-upload-pack', 'git-receive-pack'] as const;
type Service = (typeof SERVICES)[number];

/** Git over HTTP, as GitHub serves it at `/OWNER/NAME.git`. */
export function smartHttp(context: GithubContext): Hono {
  const routes = new Hono();
  routes.get('/:owner/:name/info/refs', async (c, next) => {
    const service = SERVICES.find((one) => one === c.req.query('service'));
    if (service === undefined) return next();
    const admitted = admitGit(c, context, service);
    if (admitted instanceof Response) return admitted;
    return advertise(c, context, admitted.repository, service);
  });
  routes.post('/:owner/:name/git-upload-pack', (c) => {
    const admitted = admitGit(c, context, 'git-upload-pack');
    return admitted instanceof Response ? admitted : uploadPack(c, context, admitted.repository);
  });
  routes.post('/:owner/:name/git-receive-pack', async (c) => {
    const admitted = admitGit(c, context, 'git-receive-pack');
    if (admitted instanceof Response) return admitted;
    const { repository, caller } = admitted;
    if (caller === null) return challenge();
    const report = await receivePack(context, repository, caller, bodyOf(c));
    return answer(new Uint8Array(report), 'application/x-git-receive-pack-result');
  });
  return routes;
}

/** Who asks for which repository, or the refusal that GitHub gives. */
function admitGit(
  c: Context,
  context: GithubContext,
  service: Service,
): { readonly repository: RepositoryRecord; readonly caller: Caller | null } | Response {
  const { owner = '', name = '' } = c.req.param() as { owner?: string; name?: string };
  const token = tokenOf(c.req.header('authorization'));
  const caller = token === null ? null : whoHas(context, token);
  if (token !== null && caller === null) return challenge('Invalid username or token.');
  const repository = context.state.repository(owner, name.replace(/\.git$/, ''));
  const isPush = service === 'git-receive-pack';
  if (repository === null || !canSee(context, caller, repository))
    return caller === null ? challenge() : new Response('Repository not found.', { status: 404 });
  if (!isPush) return mayRead(caller, repository) ? { repository, caller } : forbidden(repository, caller);
  if (caller === null) return challenge();
  return mayPush(context, caller, repository) ? { repository, caller } : forbidden(repository, caller);
}

function mayRead(caller: Caller | null, repository: RepositoryRecord): boolean {
  if (!repository.isPrivate || caller?.token == null) return true;
  const { token } = caller;
  return token.kind === 'classic'
    ? token.scopes.includes('repo')
    : isPermitted(token.permissions, 'contents', 'read');
}

function mayPush(
  { state }: GithubContext,
  { account, token }: Caller,
  repository: RepositoryRecord,
): boolean {
  const isMember = atLeast(roleOf(state, account, repository), 'write');
  if (token === null) return isMember;
  if (token.kind === 'classic')
    return (
      isMember &&
      (token.scopes.includes('repo') || (!repository.isPrivate && token.scopes.includes('public_repo')))
    );
  const isOf = token.repositories === null || token.repositories.includes(repository.id);
  const mayWrite = isOf && isPermitted(token.permissions, 'contents', 'write');
  return mayWrite && (token.kind !== 'fine-grained' || isMember);
}

/** What refs there are, as git's own program says it. */
async function advertise(
  c: Context,
  context: GithubContext,
  repository: RepositoryRecord,
  service: Service,
): Promise<Response> {
  const dir = context.git.dirOf(repository.id);
  const refs = await runGit({
    dir,
    args: [service.slice('git-'.length), '--stateless-rpc', '--http-backend-info-refs', dir],
    env: protocolOf(c),
  });
  const body = Buffer.concat([packetOf(`# service=${service}\n`), FLUSH_PACKET, Buffer.from(refs)]);
  return answer(new Uint8Array(body), `application/x-${service}-advertisement`);
}

/** Sends what a fetch lacks, as it is made. */
function uploadPack(c: Context, context: GithubContext, repository: RepositoryRecord): Response {
  const dir = context.git.dirOf(repository.id);
  const child = startGit({ dir, args: ['upload-pack', '--stateless-rpc', dir], env: protocolOf(c) });
  child.stderr.resume();
  child.stdin.on('error', () => undefined);
  bodyOf(c)
    .on('error', () => child.stdin.destroy())
    .pipe(child.stdin);
  // Whoever goes away in the middle wants no more of it.
  c.req.raw.signal.addEventListener('abort', () => child.kill(), { once: true });
  return answer(Readable.toWeb(child.stdout), 'application/x-git-upload-pack-result');
}

function bodyOf(c: Context): Readable {
  const { body } = c.req.raw;
  const raw = body === null ? Readable.from([]) : Readable.fromWeb(body);
  if (!/gzip/i.test(c.req.header('content-encoding') ?? '')) return raw;
  const plain = createGunzip();
  raw.on('error', (error) => plain.destroy(error));
  return raw.pipe(plain);
}

/** Version 2 of the protocol comes by a header. */
function protocolOf(c: Context): Record<string, string> {
  const asked = c.req.header('git-protocol') ?? '';
  return /^[\w=:]+$/.test(asked) ? { GIT_PROTOCOL: asked } : {};
}

function answer(body: Uint8Array<ArrayBuffer> | ReadableStream, type: string): Response {
  return new Response(body, {
    headers: { 'content-type': type, 'cache-control': 'no-cache, max-age=0, must-revalidate' },
  });
}

function challenge(said = 'Authentication required.'): Response {
  return new Response(said, { status: 401, headers: { 'www-authenticate': 'Basic realm="GitHub"' } });
}

function forbidden(repository: RepositoryRecord, caller: Caller | null): Response {
  const who = caller?.account.login ?? 'nobody';
  return new Response(`Permission to ${fullNameOf(repository)}.git denied to ${who}.`, {
    status: 403,
    headers: { 'content-type': 'text/plain' },
  });
}
