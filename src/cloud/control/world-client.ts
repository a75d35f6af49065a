import type { DnsRecords } from '../dns/dns-table.ts';
import { askCloud } from './client.ts';
import type { CloudInfo } from './cloud-info.ts';

/** A region of the local cloud and how far it is made to be away. */
export interface CloudRegion {
  readonly code: string;
  readonly name: string;
  /** The simulated hosts in it, such as `iad-1`. */
  readonly hosts: readonly string[];
  /** For both directions together. */
  readonly latencyMs: number;
}

/** Every host name of the local cloud with its records. */
export async function listDns(cloud: CloudInfo): Promise<Readonly<Record<string, DnsRecords>>> {
  return ((await askCloud(cloud, 'GET', '/dns')) as { hosts: Record<string, DnsRecords> }).hosts;
}

/** Replaces the records of a host name. */
export async function setDns(cloud: CloudInfo, host: string, records: DnsRecords): Promise<void> {
  await askCloud(cloud, 'PUT', `/dns/${encodeURIComponent(host)}`, records);
}

/** Takes the records of a host name away; one without any is no error. */
export async function clearDns(cloud: CloudInfo, host: string): Promise<void> {
  const known = await listDns(cloud);
  if (known[host.toLowerCase().replace(/\.$/u, '')] === undefined) return;
  await askCloud(cloud, 'DELETE', `/dns/${encodeURIComponent(host)}`);
}

/** Every region there is. */
export async function listRegions(cloud: CloudInfo): Promise<readonly CloudRegion[]> {
  return ((await askCloud(cloud, 'GET', '/regions')) as { regions: CloudRegion[] }).regions;
}

/** Puts a region so far away, from the next request on. */
export async function setLatency(cloud: CloudInfo, region: string, latencyMs: number): Promise<void> {
  await askCloud(cloud, 'PUT', `/regions/${encodeURIComponent(region)}`, { latencyMs });
}
