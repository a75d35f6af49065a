import { readWorkflow } from './read-workflow.ts';
import type { SourceFile } from './source-file.ts';
import type { Workflow } from './workflow.ts';

/** A fence of YAML; what it holds is looked at afterwards. */
const FENCE = /^```ya?ml[^\n]*\n(.*?)^```/gms;

/** The GitHub workflows that a design document shows, whole or in part, at their places in it. */
export function documentWorkflows(file: SourceFile): readonly Workflow[] {
  return [...file.text.matchAll(FENCE)].flatMap(({ 0: whole, 1: body = '', index }) => {
    if (!/^(on|jobs):/m.test(body)) return [];
    const start = index + whole.indexOf('\n') + 1;
    // Blanks in front keep every index as it is in the document.
    const text = file.text.slice(0, start).replace(/[^\n]/g, ' ') + body;
    const { workflow } = readWorkflow({ path: file.path, text });
    return workflow === null ? [] : [workflow];
  });
}
