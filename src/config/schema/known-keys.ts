import { z } from 'zod';
import { isRecord, valueAt, type ConfigPath } from '../config-path.ts';

/** The keys that an object of the config may have: found by following the path through the schema and the value. */
export function knownKeysAt(schema: z.ZodType, value: unknown, path: ConfigPath): readonly string[] {
  let types = objectTypes(schema, value);
  for (const [depth, part] of path.entries()) {
    const inner = valueAt(value, path.slice(0, depth + 1));
    types = types.flatMap((type) => {
      const next = childType(type, part);
      return next === null ? [] : objectTypes(next, inner);
    });
  }
  return types.flatMap((type) => (type instanceof z.ZodObject ? Object.keys(type.shape) : []));
}

/** The types behind optional, nullable and union types that the value could be meant for. */
function objectTypes(type: unknown, value: unknown): unknown[] {
  if (type instanceof z.ZodOptional || type instanceof z.ZodNullable) {
    return objectTypes(type.unwrap(), value);
  }
  if (type instanceof z.ZodDiscriminatedUnion) {
    const key = type.def.discriminator;
    const said = isRecord(value) ? value[key] : undefined;
    return type.options.filter(
      (option) => option instanceof z.ZodObject && literalOf(option.shape[key]) === said,
    );
  }
  if (type instanceof z.ZodUnion) return type.options.flatMap((option) => objectTypes(option, value));
  return [type];
}

function literalOf(type: unknown): unknown {
  return type instanceof z.ZodLiteral ? type.value : undefined;
}

function childType(type: unknown, part: string | number): unknown {
  if (type instanceof z.ZodObject) return (type.shape as Record<string, unknown>)[part] ?? null;
  if (type instanceof z.ZodRecord) return type.valueType;
  if (type instanceof z.ZodArray) return type.element;
  return null;
}
