import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { aimFault } from '../platforms/fault-target.ts';
import { openControl } from '../platforms/open-control.ts';
import { writeJson } from '../output.ts';

/** `glidepath cloud fault …`: switches a fault on; lists them without words; `clear` ends them. */
export async function cloudFault(context: CommandContext, words: readonly string[]): Promise<ExitCode> {
  const { cloud, project } = await openControl(context);
  const control = await import('../../cloud/control/client.ts');
  if (words[0] === 'clear') await control.clearFaults(cloud);
  else if (words.length > 0 && words[0] !== 'list') {
    const { parseFault } = await import('../../cloud/faults/parse-fault.ts');
    const { listRegions } = await import('../../cloud/control/world-client.ts');
    const fault = parseFault([...words]);
    if ('severity' in fault) throw new ToolError(fault.code, fault.message, { hint: fault.hint });
    const [{ apps }, regions] = await Promise.all([control.cloudStatus(cloud), listRegions(cloud)]);
    for (const one of aimFault(fault, { project, apps, regions })) await control.setFault(cloud, one);
  }
  const { faultLine } = await import('../views/environment/fault-line.ts');
  const faults = await control.listFaults(cloud);
  if (context.output.json) writeJson(context.output, { faults });
  else if (faults.length === 0) context.output.write('No fault is active.\n');
  else for (const fault of faults) context.output.write(`  ${faultLine(fault)}\n`);
  return EXIT.ok;
}
