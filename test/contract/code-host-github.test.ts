import { openCodeHost } from '../support/code-host-rig.ts';
import { describeCodeHost } from './code-host.suite.ts';

describeCodeHost(() => openCodeHost());
