import { describe, expect, test } from 'vitest';
import { findCycle } from './find-cycle.ts';

const graph = (edges: Readonly<Record<string, readonly string[]>>) =>
  findCycle(new Map(Object.entries(edges)));

describe('findCycle', () => {
  test('finds none where there is none, however the paths join again', () => {
    expect(graph({})).toBeNull();
    expect(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [], e: ['missing'] })).toBeNull();
  });

  test('finds a circle from a node back to itself, and not the way to it', () => {
    expect(graph({ a: ['b'], b: ['c'], c: ['b'] })).toEqual(['b', 'c', 'b']);
    expect(graph({ a: ['a'] })).toEqual(['a', 'a']);
    expect(graph({ x: [], a: ['x', 'b'], b: ['a'] })).toEqual(['a', 'b', 'a']);
  });
});
