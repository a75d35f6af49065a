import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatEngineAddress, parseEngineHost } from './engine-address.ts';
import type { EngineAddress } from './engine-address.ts';
import { engineAt } from './find-engine.ts';
import type { Engine } from './find-engine.ts';
import { containersOf, removeCloudFrom } from './left-containers.ts';

/** Remembers which engine a cloud's containers are in, before there are any. */
export function rememberEngine(stateDir: string, { client }: Engine): void {
  writeFileSync(fileOf(stateDir), `${formatEngineAddress(client.address)}\n`, { mode: 0o600 });
}

/**
 * Removes what a cloud that runs no more has left in its engine: containers and their network. Returns how many
 * containers there were. An engine that does not answer runs none; it stays remembered, and is looked at next time.
 */
export async function removeLeftContainers(stateDir: string): Promise<number> {
  const address = rememberedEngine(stateDir);
  const engine = address === null ? null : await engineAt(address);
  if (engine === null) return 0;
  const removed = await removeCloudFrom(engine.client, stateDir);
  rmSync(fileOf(stateDir), { force: true });
  return removed;
}

/** How many containers a cloud has in its engine now, ended ones too. */
export async function countContainers(stateDir: string): Promise<number> {
  const address = rememberedEngine(stateDir);
  const engine = address === null ? null : await engineAt(address);
  return engine === null ? 0 : (await containersOf(engine.client, stateDir)).length;
}

function rememberedEngine(stateDir: string): EngineAddress | null {
  try {
    return parseEngineHost(readFileSync(fileOf(stateDir), 'utf8').trim());
  } catch {
    return null;
  }
}

function fileOf(stateDir: string): string {
  return join(stateDir, 'engine');
}
