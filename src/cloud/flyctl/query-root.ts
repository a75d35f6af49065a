import { REGIONS } from '../fly/apps/regions.ts';
import type { AppRecord } from '../fly/records.ts';
import { seesApp, seesOrganization } from '../organizations/grant.ts';
import type { Grant } from '../organizations/grant.ts';
import { GraphqlFieldError, textOf } from './execute-graphql.ts';
import type { FieldArguments, GraphqlObject } from './execute-graphql.ts';
import type { FlyctlContext } from './flyctl-context.ts';
import { appObject, organizationObject } from './graphql-views.ts';

/** Apps in one page; flyctl asks for 200. */
const PAGE_MAX = 200;

/** What stands at the root of every query, for whoever asks. */
export function queryRoot(context: FlyctlContext, grant: Grant): GraphqlObject {
  const { state, organizations } = context;
  const findApp = (args: FieldArguments): AppRecord => {
    const name = textOf(args, 'name');
    const app = state.findApp(name);
    if (app === null || !seesApp(grant, app))
      throw new GraphqlFieldError(`Could not find App "${name}"`, 'NOT_FOUND');
    return app;
  };
  const organization = (args: FieldArguments): GraphqlObject => {
    const slug = textOf(args, 'slug');
    const seen = organizations.seenBy(grant).find((one) => one.slug === slug);
    if (seen === undefined || !seesOrganization(grant, slug))
      throw new GraphqlFieldError(`Could not find Organization "${slug}"`, 'NOT_FOUND');
    return organizationObject(seen);
  };
  return {
    app: (args: FieldArguments) => appObject(context, findApp(args)),
    apps: (args: FieldArguments) => appPage(context, grant, args),
    appNameAvailable: (args: FieldArguments) => state.findApp(textOf(args, 'name')) === null,
    canPerformBluegreenDeployment: (args: FieldArguments) => findApp(args).name !== '',
    organization,
    organizations: () => ({ nodes: organizations.seenBy(grant).map(organizationObject) }),
    addOns: { nodes: [] },
    latestImageDetails: (args: FieldArguments) => {
      // Only Fly's own images have later versions; flyctl passes over this very error.
      throw new GraphqlFieldError(`Unknown repository for image ${textOf(args, 'image')}`, 'NOT_FOUND');
    },
    latestImageTag: (args: FieldArguments) => {
      throw new GraphqlFieldError(`Unknown repository ${textOf(args, 'repository')}`, 'NOT_FOUND');
    },
    nearestRegion: () => {
      const { code = 'iad', name = '' } = REGIONS[0] ?? {};
      return { code, name, gatewayAvailable: true, deprecated: false };
    },
    viewer: { __typename: 'User', id: 'local', email: 'local@localhost', name: 'Local cloud' },
  };
}

function appPage(context: FlyctlContext, grant: Grant, args: FieldArguments): GraphqlObject {
  const { state, organizations } = context;
  const wanted = args['organizationId'] ?? null;
  const after = textOf(args, 'after');
  const all = state
    .apps()
    .filter((app) => seesApp(grant, app) && app.name > after)
    .filter((app) => wanted === null || String(organizations.named(app.orgSlug).number) === wanted)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const first = Math.min(Number(args['first'] ?? PAGE_MAX), PAGE_MAX);
  const page = all.slice(0, first);
  return {
    pageInfo: { hasNextPage: page.length < all.length, endCursor: page.at(-1)?.name ?? null },
    nodes: page.map((app) => appObject(context, app)),
  };
}
