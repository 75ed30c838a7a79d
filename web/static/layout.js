"use strict";
// Lays a flow out, apart from the page, which a large one would hold up for seconds.
importScripts("vendor/dagre.min.js");
const GAP = 28;

onmessage = ({ data: { nodes, edges } }) => {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: GAP, ranksep: GAP * 2, marginx: GAP, marginy: GAP });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [node, width, height] of nodes) graph.setNode(node, { width, height });
  for (const [from, to, number] of edges) graph.setEdge(from, to, {}, String(number));
  dagre.layout(graph);
  postMessage(nodes.map(([node]) => {
    const place = graph.node(node);
    return { left: place.x - place.width / 2, top: place.y - place.height / 2 };
  }));
};
