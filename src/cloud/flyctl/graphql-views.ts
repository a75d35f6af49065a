import type { AppRecord, MachineRecord } from '../fly/records.ts';
import { metadataOf } from '../fly/machines/machine-config.ts';
import { openImageFor } from '../fly/machines/resolve-image.ts';
import { isoTime } from '../fly/machines/machine-view.ts';
import type { Organization } from '../organizations/organizations.ts';
import { releasesOf } from './app-releases.ts';
import type { FieldArguments, GraphqlObject } from './execute-graphql.ts';
import { GraphqlFieldError, textOf } from './execute-graphql.ts';
import type { FlyctlContext } from './flyctl-context.ts';
import type { ReleaseRecord } from './release-book.ts';

/** An app as GraphQL shows it (fly-go, schema.graphql, `App`): what flyctl asks for in `status`, `apps`, `deploy`. */
export function appObject(context: FlyctlContext, app: AppRecord): GraphqlObject {
  const { state, organizations } = context;
  const machines = (): readonly MachineRecord[] =>
    state.machinesOf(app.name).filter((machine) => machine.state !== 'destroyed');
  const releases = (): readonly ReleaseRecord[] => releasesOf(context, app.name);
  const current = (): GraphqlObject | null => {
    const [latest] = releases();
    return latest === undefined ? null : releaseObject(latest);
  };
  const listed = (args: FieldArguments): GraphqlObject => ({
    nodes: releases().slice(0, countOf(args['first'], RELEASES_SHOWN)).map(releaseObject),
  });
  return {
    __typename: 'App',
    id: app.name,
    internalNumericId: app.number,
    name: app.name,
    hostname: `${app.name}.fly.dev`,
    cnameTarget: `${app.name}.fly.dev`,
    appUrl: `https://${app.name}.fly.dev`,
    deployed: () => machines().length > 0,
    status: () => (machines().length > 0 ? 'deployed' : 'pending'),
    network: app.network,
    platformVersion: 'machines',
    version: () => releases()[0]?.version ?? 0,
    role: null,
    organization: () => organizationObject(organizations.named(app.orgSlug)),
    currentRelease: current,
    currentReleaseUnprocessed: current,
    releases: listed,
    releasesUnprocessed: listed,
    image: async (args: FieldArguments) => imageObject(context, app, textOf(args, 'ref')),
    ipAddresses: { nodes: app.ips.filter((ip) => !ip.shared).map(addressObject) },
    sharedIpAddress: app.ips.find((ip) => ip.shared)?.ip ?? null,
    // No machine here has an address of its own to the outside.
    egressIpAddresses: { nodes: [] },
    machines: () => ({ nodes: machines().map((machine) => machineObject(machine)) }),
    secrets: () => Object.entries(app.secrets).map(([name, { digest }]) => ({ name, digest })),
    config: () => ({ definition: releases()[0]?.definition ?? null }),
    services: [],
  };
}

/** As many releases as flyctl shows. */
const RELEASES_SHOWN = 25;

function countOf(given: unknown, fallback: number): number {
  return typeof given === 'number' && given >= 0 ? given : fallback;
}

function releaseObject(record: ReleaseRecord): GraphqlObject {
  return {
    __typename: 'Release',
    id: record.id,
    version: record.version,
    stable: record.status === 'complete',
    inProgress: record.status === 'running',
    status: record.status,
    description: `Release v${record.version}`,
    reason: 'deploy',
    deploymentStrategy: record.strategy,
    imageRef: record.imageRef,
    metadata: record.metadata ?? null,
    evaluationId: null,
    configDefinition: record.definition ?? null,
    user: { id: 'local', email: 'local@localhost', name: 'Local cloud' },
    createdAt: isoTime(record.createdAt),
  };
}

/** An organization as GraphQL shows it. */
export function organizationObject({ slug, name, number }: Organization): GraphqlObject {
  return {
    __typename: 'Organization',
    id: String(number),
    internalNumericId: String(number),
    slug,
    rawSlug: slug,
    name,
    type: slug === 'personal' ? 'PERSONAL' : 'SHARED',
    paidPlan: false,
    billable: true,
    viewerRole: 'admin',
    addOnSsoLink: null,
    provisionsBetaExtensions: false,
    remoteBuilderImage: null,
    remoteBuilderApp: null,
  };
}

async function imageObject(
  context: FlyctlContext,
  app: AppRecord,
  reference: string,
): Promise<GraphqlObject> {
  const image = await openImageFor(context, app, reference);
  if (image === null) throw new GraphqlFieldError(`Could not find image "${reference}"`, 'NOT_FOUND');
  return {
    __typename: 'Image',
    id: image.digest,
    digest: image.digest,
    ref: reference,
    // The size of what is unpacked says nothing of the layers it came in; flyctl only prints it.
    compressedSize: '0',
    compressedSizeFull: '0',
    manifest: { annotations: {} },
  };
}

function addressObject(ip: AppRecord['ips'][number]): GraphqlObject {
  const type = ip.ip.startsWith('fdaa:') ? 'private_v6' : ip.ip.includes(':') ? 'v6' : 'v4';
  return {
    id: `ip-${ip.ip}`,
    address: ip.ip,
    type,
    region: ip.region,
    serviceName: ip.serviceName,
    network: null,
    createdAt: isoTime(ip.createdAt),
  };
}

function machineObject(machine: MachineRecord): GraphqlObject {
  return {
    id: machine.id,
    name: machine.name,
    config: machine.config,
    metadata: metadataOf(machine.config),
    state: machine.state,
    region: machine.region,
    createdAt: isoTime(machine.createdAt),
    app: { name: machine.app },
    ips: { nodes: [] },
    egressIpAddresses: { nodes: [] },
    host: { id: 'local' },
  };
}
