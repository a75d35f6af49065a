import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import { appIdOf, causeOf } from '../access/caller.ts';
import type { Caller } from '../access/caller.ts';
import { atLeast, roleOf, sameLogin } from '../access/role-of.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError, notFound } from '../github-error.ts';
import { addComment, emitComment } from '../issues.ts';
import type { CommentRecord, RepositoryRecord } from '../records.ts';
import { commentView, issueOf, reactionView } from '../views/issue-view.ts';
import { ISSUES_READ, ISSUES_WRITE, requireIssue } from './issue-routes.ts';
import { paginate, pathNumber, readBody } from './read-request.ts';

/** GitHub takes no longer comments. */
const BODY_MAX = 65_536;

const order = z.looseObject({ body: z.string().min(1) });

const REACTIONS = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;
const reactionOrder = z.looseObject({ content: z.enum(REACTIONS) });

/** Comments on issues and pull requests, and reactions to either. */
export function commentRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/issues');
  routes.get('/comments', (c) => {
    const { repository } = admit(c, context, ISSUES_READ);
    const all = since(c, state.of('comments', repository.id));
    return c.json(paginate(c, baseUrl, all).map((one) => commentView(context, repository, one)));
  });
  routes.get('/comments/:id', (c) => {
    const { repository } = admit(c, context, ISSUES_READ);
    return c.json(commentView(context, repository, commentOf(c, context, repository)));
  });
  routes.patch('/comments/:id', async (c) => {
    const { repository, caller } = admit(c, context, ISSUES_WRITE);
    const comment = commentOf(c, context, repository);
    requireAuthor(context, repository, caller, comment);
    const body = await readComment(c);
    const changed = state.together(() => {
      const edited = state.save('comments', { ...comment, body, updatedAt: context.clock.now() });
      tell(context, repository, caller, edited, 'edited', { changes: { body: { from: comment.body } } });
      return edited;
    });
    return c.json(commentView(context, repository, changed));
  });
  routes.delete('/comments/:id', (c) => {
    const { repository, caller } = admit(c, context, ISSUES_WRITE);
    const comment = commentOf(c, context, repository);
    requireAuthor(context, repository, caller, comment);
    state.together(() => {
      tell(context, repository, caller, comment, 'deleted');
      state.remove('comments', comment.id);
    });
    return c.body(null, 204);
  });
  routes.get('/:number/comments', (c) => {
    const { repository } = admit(c, context, ISSUES_READ);
    const { number } = requireIssue(c, context, repository);
    const all = since(c, state.of('comments', repository.id)).filter((one) => one.number === number);
    return c.json(paginate(c, baseUrl, all).map((one) => commentView(context, repository, one)));
  });
  routes.post('/:number/comments', async (c) => {
    const { repository, caller } = admit(c, context, ISSUES_WRITE);
    const issue = requireIssue(c, context, repository);
    const by = { login: caller.account.login, cause: causeOf(caller), appId: appIdOf(caller) };
    const made = addComment(context, repository, issue, by, await readComment(c));
    return c.json(commentView(context, repository, made), 201);
  });
  routes.route('/', reactionRoutes(context));
  return routes;
}

function reactionRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono();
  const subjects = [
    [
      '/comments/:id/reactions',
      (c: Context, repository: RepositoryRecord) => `comment:${commentOf(c, context, repository).id}`,
    ],
    [
      '/:number/reactions',
      (c: Context, repository: RepositoryRecord) => `issue:${requireIssue(c, context, repository).id}`,
    ],
  ] as const;
  for (const [path, subjectOf] of subjects) {
    routes.get(path, (c) => {
      const { repository } = admit(c, context, ISSUES_READ);
      const subject = subjectOf(c, repository);
      const all = state.of('reactions', repository.id).filter((one) => one.subject === subject);
      return c.json(paginate(c, baseUrl, all).map((one) => reactionView(context, one)));
    });
    routes.post(path, async (c) => {
      const { repository, caller } = admit(c, context, ISSUES_WRITE);
      const subject = subjectOf(c, repository);
      const { content } = await readBody(c, reactionOrder);
      const { login } = caller.account;
      const known = state
        .of('reactions', repository.id)
        .find((one) => one.subject === subject && one.content === content && sameLogin(one.login, login));
      if (known !== undefined) return c.json(reactionView(context, known), 200);
      const createdAt = context.clock.now();
      const repositoryId = repository.id;
      const made = { id: state.nextId(), repositoryId, subject, login, content, createdAt };
      return c.json(reactionView(context, state.save('reactions', made)), 201);
    });
  }
  return routes;
}

async function readComment(c: Context): Promise<string> {
  const { body } = await readBody(c, order);
  if (body.length <= BODY_MAX) return body;
  throw new GithubApiError(422, 'Validation Failed', {
    errors: [
      {
        resource: 'IssueComment',
        field: 'data',
        code: 'unprocessable',
        message: `Body is too long (maximum is ${BODY_MAX} characters)`,
      },
    ],
  });
}

function since(c: Context, comments: readonly CommentRecord[]): readonly CommentRecord[] {
  const from = Date.parse(c.req.query('since') ?? '');
  return Number.isNaN(from) ? comments : comments.filter(({ updatedAt }) => updatedAt >= from);
}

function commentOf(c: Context, { state }: GithubContext, repository: RepositoryRecord): CommentRecord {
  const comment = state.find('comments', pathNumber(c, 'id'));
  if (comment === null || comment.repositoryId !== repository.id) throw notFound();
  return comment;
}

/** Others' comments are changed only by those who may write. */
function requireAuthor(
  { state }: GithubContext,
  repository: RepositoryRecord,
  caller: Caller,
  comment: CommentRecord,
): void {
  const { account, token } = caller;
  if (sameLogin(comment.login, account.login)) return;
  if (token?.kind === 'installation' || token?.kind === 'job') return;
  if (!atLeast(roleOf(state, account, repository), 'write'))
    throw new GithubApiError(403, 'Must have admin rights to Repository.');
}

function tell(
  context: GithubContext,
  repository: RepositoryRecord,
  caller: Caller,
  comment: CommentRecord,
  action: 'edited' | 'deleted',
  more: Readonly<Record<string, unknown>> = {},
): void {
  const issue = issueOf(context, repository, comment.number);
  const by = { login: caller.account.login, cause: causeOf(caller) };
  if (issue !== null) emitComment(context, repository, { comment, issue, action, by, more });
}
