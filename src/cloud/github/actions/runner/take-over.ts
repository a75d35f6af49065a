import { FileCommandError } from './file-commands.ts';
import type { StepCall } from './step-call.ts';
import { SUMMARY_BYTES_MAX } from './step-files.ts';

/** What the step wrote, for the steps after it; false when a file is not as it must be. */
export function takeOver(
  call: Pick<StepCall, 'session' | 'files' | 'outputs' | 'output' | 'number'>,
): boolean {
  const { session, files, outputs, output, number } = call;
  try {
    const writes = files.read();
    // What was written to the file goes over what a command said.
    for (const [name, value] of [...output.takeWrites('outputs'), ...writes.outputs])
      outputs.set(name, value);
    for (const [name, value] of writes.env) session.env.set(name, value);
    session.path.unshift(...writes.path.toReversed());
    if (Buffer.byteLength(writes.summary) > SUMMARY_BYTES_MAX)
      output.error(
        `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.ceil(Buffer.byteLength(writes.summary) / 1024)}k.`,
      );
    else if (writes.summary !== '')
      session.host.listener.summary(number, session.masker.mask(writes.summary));
    return true;
  } catch (error) {
    if (!(error instanceof FileCommandError)) throw error;
    output.error(`Unable to process file command successfully. ${error.message}`);
    return false;
  }
}
