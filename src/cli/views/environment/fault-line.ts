import { describeFault, type ActiveFault } from '../../../cloud/faults/fault.ts';
import { counted } from '../text/counted.ts';

/** A fault that is switched on, in a line: `f1  slow-boot of duo-web by 20 s, struck 2 times`. */
export function faultLine(fault: ActiveFault): string {
  const struck = fault.struck === 0 ? 'not struck yet' : `struck ${counted(fault.struck, 'time')}`;
  return `${fault.id}  ${describeFault(fault)}, ${struck}`;
}
