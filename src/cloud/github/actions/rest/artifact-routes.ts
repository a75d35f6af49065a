import { Hono } from 'hono';
import type { Context } from 'hono';
import { admit } from '../../access/admit.ts';
import { GithubApiError, notFound } from '../../github-error.ts';
import type { RepositoryRecord } from '../../records.ts';
import { paginate, pathNumber } from '../../rest/read-request.ts';
import { repositoryUrl } from '../../views/repository-view.ts';
import type { GithubSchemas } from '../../views/schemas.ts';
import { nodeId, timestamp } from '../../views/view-basics.ts';
import type { ArtifactRecord } from '../store/records.ts';
import { READ, runOf, WRITE } from './actions-request.ts';
import type { ActionsRoutesOptions } from './run-routes.ts';

/** What runs have kept (REST "Artifacts"). */
export function artifactRoutes({ context, downloads }: ActionsRoutesOptions): Hono {
  const { github, artifacts } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/actions');
  const list = (c: Context, repository: RepositoryRecord, all: readonly ArtifactRecord[]): Response => {
    const name = c.req.query('name');
    const wanted = all.filter((one) => name === undefined || one.name === name).toReversed();
    const page = paginate(c, github.baseUrl, wanted);
    return c.json({ total_count: wanted.length, artifacts: page.map((one) => view(repository, one)) });
  };
  const view = (repository: RepositoryRecord, one: ArtifactRecord): GithubSchemas['artifact'] => {
    const url = `${repositoryUrl(github, repository)}/actions/artifacts/${one.id}`;
    return {
      id: one.id,
      node_id: nodeId('AR', one.id),
      name: one.name,
      size_in_bytes: one.bytes,
      url,
      archive_download_url: `${url}/zip`,
      expired: false,
      created_at: timestamp(one.createdAt),
      updated_at: timestamp(one.createdAt),
      expires_at: timestamp(one.expiresAt),
      digest: one.digest,
      workflow_run: {
        id: one.runId,
        repository_id: repository.id,
        head_repository_id: repository.id,
        head_sha: one.headSha,
        ...(one.headBranch === null ? {} : { head_branch: one.headBranch }),
      },
    };
  };
  const artifactOf = (c: Context, repository: RepositoryRecord): ArtifactRecord => {
    const found = artifacts.find(pathNumber(c, 'artifact'));
    if (found === null || found.repositoryId !== repository.id) throw notFound();
    return found;
  };
  routes.get('/artifacts', (c) => {
    const { repository } = admit(c, github, READ);
    return list(c, repository, artifacts.list({ repositoryId: repository.id }));
  });
  routes.get('/runs/:run/artifacts', (c) => {
    const { repository, run } = runOf(c, context, READ);
    return list(c, repository, artifacts.list({ repositoryId: repository.id, runId: run.id }));
  });
  routes.get('/artifacts/:artifact', (c) => {
    const { repository } = admit(c, github, READ);
    return c.json(view(repository, artifactOf(c, repository)));
  });
  routes.get('/artifacts/:artifact/:format', (c) => {
    const { repository } = admit(c, github, READ);
    if (c.req.param('format') !== 'zip') throw new GithubApiError(410, 'Only zip archives are there');
    const { id, name } = artifactOf(c, repository);
    const bytes = (): Buffer => artifacts.read(id);
    return c.redirect(
      downloads.offer({ contentType: 'application/zip', fileName: `${name}.zip`, bytes }),
      302,
    );
  });
  routes.delete('/artifacts/:artifact', (c) => {
    const { repository } = admit(c, github, WRITE);
    artifacts.remove(artifactOf(c, repository).id);
    return c.body(null, 204);
  });
  return routes;
}
