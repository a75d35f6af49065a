import { assert } from '../util/assert.ts';
import type { Graph, GraphNode } from './graph.ts';

/** Asserts that a graph can be run: ids unique, every need known, no cycle. Graphs are made by code, so a breach is a bug. */
export function checkGraph(graph: Graph): void {
  const ids = new Set(graph.nodes.map((node) => node.id));
  assert(ids.size === graph.nodes.length, 'the ids of a graph must be unique');
  for (const node of graph.nodes) {
    for (const need of node.needs)
      assert(ids.has(need), `"${node.id}" needs "${need}", which is not in the graph`);
  }
  const done = new Set<string>();
  for (let left: readonly GraphNode[] = graph.nodes; left.length > 0;) {
    const blocked: GraphNode[] = [];
    for (const node of left) {
      if (node.needs.every((need) => done.has(need))) done.add(node.id);
      else blocked.push(node);
    }
    assert(blocked.length < left.length, `the graph has a cycle through "${blocked[0]?.id ?? ''}"`);
    left = blocked;
  }
}
