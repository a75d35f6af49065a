import type { Node } from 'libpg-query';
import { nodesIn } from '../parse/expressions.ts';
import { strings } from '../parse/names.ts';

/** A setting of the session that a statement sets, or takes back. */
export interface SessionSetting {
  readonly name: string;
  readonly value: string | null;
  /** False: back to what it was, or zero, which for timeouts means none. */
  readonly isSet: boolean;
  /** Only until the transaction ends. */
  readonly isLocal: boolean;
}

/** Of `SET`, `RESET` and `SELECT set_config(…)`; null: the statement sets nothing. */
export function settingOf(node: Node): SessionSetting | null {
  if ('VariableSetStmt' in node) {
    const { name, args = [], is_local: isLocal = false } = node.VariableSetStmt;
    if (name === undefined) return null;
    const value = args[0] === undefined ? null : constantOf(args[0]);
    return { name: name.toLowerCase(), value, isSet: value !== null && !isZero(value), isLocal };
  }
  if (!('SelectStmt' in node)) return null;
  for (const one of nodesIn(node.SelectStmt.targetList)) {
    if (!('FuncCall' in one) || strings(one.FuncCall.funcname).at(-1) !== 'set_config') continue;
    const [name, value, isLocal] = one.FuncCall.args ?? [];
    const [said, set] = [name, value].map((arg) => (arg === undefined ? null : constantOf(arg)));
    if (said === null || said === undefined) return null;
    const text = set ?? null;
    const local = isLocal !== undefined && 'A_Const' in isLocal && isLocal.A_Const.boolval?.boolval === true;
    return { name: said.toLowerCase(), value: text, isSet: text === null || !isZero(text), isLocal: local };
  }
  return null;
}

function constantOf(node: Node): string | null {
  if ('TypeCast' in node) return node.TypeCast.arg === undefined ? null : constantOf(node.TypeCast.arg);
  if (!('A_Const' in node)) return null;
  const { sval, ival, fval } = node.A_Const;
  if (ival !== undefined) return String(ival.ival ?? 0);
  return sval?.sval ?? fval?.fval ?? null;
}

function isZero(value: string): boolean {
  return /^0+(\.0*)?\s*(us|ms|s|min|h|d)?$/.test(value.trim());
}
