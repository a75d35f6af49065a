import type { CheckState } from '../../machines/health-checks.ts';
import type { Organization } from '../../organizations/organizations.ts';
import type { HostStatus } from '../apps/hosts.ts';
import { metadataOf } from './machine-config.ts';
import type { AppRecord, LeaseRecord, MachineRecord } from '../records.ts';

/** Events in a machine's own answer; the rest is under `/events`. */
const EVENTS_SHOWN = 50;

/** A machine as the API answers it. While its host is unreachable only a part of its config is known. */
export function machineView(
  machine: MachineRecord,
  checks: readonly CheckState[],
  hostStatus: HostStatus,
): Record<string, unknown> {
  return {
    ...machineSummary(machine),
    ...(hostStatus === 'ok' ? { config: machine.config } : { incomplete_config: incompleteConfig(machine) }),
    events: machine.events.slice(0, EVENTS_SHOWN),
    ...(checks.length > 0 ? { checks: checks.map(checkView) } : {}),
    host_status: hostStatus,
    cordoned: machine.cordoned,
  };
}

/** What `?summary=true` leaves of a machine. */
export function machineSummary(machine: MachineRecord): Record<string, unknown> {
  return {
    id: machine.id,
    name: machine.name,
    state: machine.state,
    region: machine.region,
    instance_id: machine.instanceId,
    version: machine.instanceId,
    private_ip: '127.0.0.1',
    image_ref: machine.imageRef,
    created_at: isoTime(machine.createdAt),
    updated_at: isoTime(machine.updatedAt),
  };
}

/** A machine in the list of an organization. */
export function orgMachineView(machine: MachineRecord): Record<string, unknown> {
  return {
    app_name: machine.app,
    id: machine.id,
    name: machine.name,
    state: machine.state,
    region: machine.region,
    instance_id: machine.instanceId,
    version: machine.instanceId,
    private_ip: '127.0.0.1',
    config: incompleteConfig(machine),
    created_at: isoTime(machine.createdAt),
    updated_at: isoTime(machine.updatedAt),
  };
}

function incompleteConfig({ config }: MachineRecord): object {
  return { image: config.image, guest: config.guest, metadata: metadataOf(config) };
}

/** An app as the API answers it. */
export function appView(app: AppRecord, org: Organization, machines: readonly MachineRecord[]): object {
  const present = machines.filter((machine) => machine.state !== 'destroyed');
  return {
    id: app.id,
    internal_numeric_id: app.number,
    name: app.name,
    status: machines.length === 0 ? 'pending' : 'deployed',
    network: app.network,
    organization: { name: org.name, slug: org.slug, internal_numeric_id: org.number },
    machine_count: present.length,
    volume_count: (app.volumes ?? []).filter((volume) => !volume.isDestroyed).length,
  };
}

/** A lease as the API answers it, without the `data` around it. Everybody with the token sees the nonce, as on Fly. */
export function leaseView(lease: LeaseRecord): Record<string, unknown> {
  return {
    nonce: lease.nonce,
    expires_at: Math.floor(lease.expiresAt / 1000),
    owner: lease.owner,
    description: lease.description,
    version: lease.version,
  };
}

/** RFC 3339, in UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function checkView(check: CheckState): object {
  return {
    name: check.name,
    status: check.status,
    output: check.output,
    updated_at: isoTime(check.updatedAt),
  };
}
