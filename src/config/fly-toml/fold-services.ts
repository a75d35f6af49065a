import type { Json } from '../../util/json.ts';
import type { ConfigPath } from '../config-path.ts';
import type { TomlTable } from './parse-toml.ts';
import { leaveOut, take, tablesIn, type PlacedTable, type TomlDraft } from './toml-draft.ts';

/**
 * Makes of `[[services]]`, Fly's older and wider form, the `[http_service]` that says the same: a TCP service on 80 and
 * 443. Services that are none are left out and said. Returns where the service stands in the document, if there was one.
 */
export function foldServices(draft: TomlDraft): ConfigPath | null {
  const services = tablesIn({ table: draft.rest, path: [] }, 'services');
  delete draft.rest['services'];
  const hasOther = draft.rest['http_service'] !== undefined;
  const chosen = hasOther ? undefined : services.find(isHttp);
  for (const service of services.filter((each) => each !== chosen)) {
    const why = isHttp(service)
      ? 'an app of Glidepath has one service'
      : 'Glidepath serves HTTP on 80 and 443, nothing else';
    leaveOut(draft, service.path, why, 'Keep it in an app that is deployed by other means.');
  }
  if (chosen === undefined) return null;
  draft.rest['http_service'] = httpService(draft, chosen);
  return chosen.path;
}

/** Whether the service answers HTTP on one of the ports of the web. */
function isHttp({ table }: PlacedTable): boolean {
  const ports = (table['ports'] ?? []) as readonly TomlTable[];
  return (
    (table['protocol'] ?? 'tcp') === 'tcp' &&
    ports.some(({ port, handlers }) => (port === 80 || port === 443) && includes(handlers, 'http'))
  );
}

function includes(list: Json | undefined, item: string): boolean {
  return Array.isArray(list) && list.includes(item);
}

function httpService(draft: TomlDraft, service: PlacedTable): TomlTable {
  const { table } = service;
  take(table, 'protocol');
  const checks = take(table, 'http_checks') as readonly TomlTable[] | undefined;
  if (take(table, 'tcp_checks') !== undefined) {
    const why = 'Glidepath asks by HTTP, and where there is no path whether the port answers';
    leaveOut(draft, [...service.path, 'tcp_checks'], why, "Say a path: health: { path: '/health' }");
  }
  const result: TomlTable = { ...table, ...(checks === undefined ? {} : { checks }) };
  delete result['ports'];
  for (const port of tablesIn(service, 'ports')) Object.assign(result, ofPort(draft, port));
  return result;
}

/** What a port says beyond what `[http_service]` means by itself. */
function ofPort(draft: TomlDraft, { table, path }: PlacedTable): TomlTable {
  const { port, handlers, ...others } = table;
  const isPlain = port === 80 && includes(handlers, 'http');
  const isTls = port === 443 && includes(handlers, 'tls') && includes(handlers, 'http');
  if (isPlain || isTls) return others;
  leaveOut(draft, path, 'Glidepath serves HTTP on 80 and 443, nothing else', 'Take it out.');
  return {};
}
