import type { DnsRecords } from '../../cloud/dns/dns-table.ts';
import { nameHint } from '../../config/did-you-mean.ts';
import { parseDuration } from '../../config/resolve/parse-duration.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { openControl } from '../platforms/open-control.ts';
import { writeJson } from '../output.ts';
import { paint } from '../views/text/paint.ts';
import { renderTable } from '../views/text/table.ts';

/** `glidepath cloud dns [host]`: the names of the local cloud; where one leads is set here, as at a registrar. */
export async function cloudDns(
  context: CommandContext,
  host: string | null,
  options: { pointsTo: string | null; isCleared: boolean },
): Promise<ExitCode> {
  const { cloud, project } = await openControl(context);
  const world = await import('../../cloud/control/world-client.ts');
  const { pointsTo, isCleared } = options;
  if (host === null && (pointsTo !== null || isCleared)) throw usage('No host name is given.', DNS_FORM);
  if (pointsTo !== null && isCleared) throw usage('--points-to and --clear cannot be combined.', DNS_FORM);
  if (host !== null && isCleared) await world.clearDns(cloud, host);
  if (host !== null && pointsTo !== null) {
    await world.setDns(cloud, host, { cname: [targetOf(project, pointsTo)] });
  }
  const all = Object.entries(await world.listDns(cloud));
  const hosts = host === null ? all : all.filter(([name]) => name === host.toLowerCase());
  if (context.output.json) writeJson(context.output, { hosts: Object.fromEntries(hosts) });
  else if (hosts.length === 0)
    context.output.write(`${host ?? 'No host name'} leads ${host === null ? 'anywhere yet' : 'nowhere'}.\n`);
  else
    context.output.write(
      renderTable(['host', 'leads to'].map(paint(context.output.color).dim), hosts.map(dnsRow)),
    );
  return EXIT.ok;
}

const DNS_FORM = 'glidepath cloud dns www.example.com --points-to staging/web';
/** Further than around the world is no region. */
const LATENCY_MS_MAX = 10_000;

/** `glidepath cloud region [code]`: how far each region is made to be away. */
export async function cloudRegion(
  context: CommandContext,
  code: string | null,
  latency: string | null,
): Promise<ExitCode> {
  const { cloud } = await openControl(context);
  const world = await import('../../cloud/control/world-client.ts');
  const known = await world.listRegions(cloud);
  if (code !== null && !known.some((region) => region.code === code)) {
    const hint = nameHint(
      code,
      known.map((region) => region.code),
      'regions',
    );
    throw usage(`There is no region "${code}".`, hint);
  }
  if (latency !== null) {
    if (code === null) throw usage('No region is given.', 'glidepath cloud region syd --latency 80ms');
    await world.setLatency(cloud, code, latencyMs(latency));
  }
  const now = await world.listRegions(cloud);
  const shown = now.filter((region) => (code === null ? region.latencyMs > 0 : region.code === code));
  if (context.output.json) writeJson(context.output, { regions: code === null ? now : shown });
  else if (shown.length === 0) context.output.write('No region has a simulated latency.\n');
  else
    for (const region of shown)
      context.output.write(`  ${region.code}  ${region.latencyMs} ms away  ${region.name}\n`);
  return EXIT.ok;
}

function latencyMs(text: string): number {
  const parsed = text === '0' ? 0 : parseDuration(text);
  if (parsed !== null && parsed <= LATENCY_MS_MAX) return parsed;
  throw usage(
    `"${text}" is not a latency.`,
    `Write it like 80ms, at most ${LATENCY_MS_MAX / 1000}s; 0 removes it.`,
  );
}

function dnsRow([host, records]: [string, DnsRecords]): string[] {
  const parts = Object.entries(records).flatMap(([type, values]: [string, readonly string[] | undefined]) =>
    (values ?? []).map((value) => `${type} ${value}`),
  );
  return [host, parts.join(', ')];
}

/** Another host name, such as that of a certificate's challenge, or an app: no name of an app has a dot. */
function targetOf(project: ResolvedProject, name: string): string {
  return name.includes('.') ? name : `${platformName(project, name)}.fly.dev`;
}

/** `web` where one environment has it, `staging/web`, or the name on the platform. */
function platformName(project: ResolvedProject, name: string): string {
  const apps = project.environments
    .filter((environment) => environment.kind === 'standing')
    .flatMap((environment) =>
      environment.apps.map((app) => ({ app, full: `${environment.name}/${app.name}` })),
    );
  const fits = apps.filter(({ app, full }) => [app.name, full, app.platformName].includes(name));
  const [only] = fits;
  if (only !== undefined && fits.length === 1) return only.app.platformName;
  const names = apps.map(({ full }) => full);
  if (only === undefined) throw usage(`There is no app "${name}".`, nameHint(name, names, 'apps'));
  throw usage(
    `"${name}" is in several environments.`,
    `Say which: ${fits.map(({ full }) => full).join(' or ')}.`,
  );
}

function usage(message: string, hint: string): ToolError {
  return new ToolError('CLI_USAGE', message, { hint });
}
