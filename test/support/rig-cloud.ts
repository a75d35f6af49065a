import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readCloud } from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import type { ProjectRig } from './project-rig.ts';

/** The local cloud of a rig; throws when it is not up. */
export async function cloudOf(rig: ProjectRig): Promise<CloudInfo> {
  const cloud = await readCloud(join(rig.dir, '.glidepath', 'cloud'));
  if (cloud === null) throw new Error('the cloud of the rig is not up');
  return cloud;
}

/** One call of the Machines API with a token, as somebody else would make it. Throws on a refusal. */
export async function callCloud(
  cloud: CloudInfo,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${cloud.apiPort}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** One call of the registry, with the cloud's own token. */
export async function callRegistry(cloud: CloudInfo, method: string, path: string): Promise<Response> {
  const credentials = Buffer.from(`x:${cloud.token}`).toString('base64');
  return fetch(`http://127.0.0.1:${cloud.apiPort}/v2/${path}`, {
    method,
    headers: { authorization: `Basic ${credentials}` },
  });
}

/** Takes an image out of the registry, and out of what is kept of builds. */
export async function loseImage(rig: ProjectRig, app: string, digest: string): Promise<void> {
  const response = await callRegistry(await cloudOf(rig), 'DELETE', `${app}/manifests/${digest}`);
  if (response.status !== 202) throw new Error(`the image was not there: ${response.status}`);
  rmSync(join(rig.dir, '.glidepath', 'builds'), { recursive: true, force: true });
}
