import { SankeyChart } from 'echarts/charts';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type Html, html } from '../html.ts';
import type { Flow, FlowNode } from './flow.ts';
import { userAddress } from './page.ts';

use([SankeyChart, SVGRenderer]);

/** Pixels: how wide the diagram is, and the labels on its right. */
const width = 640;
const labels = 300;
const margin = 8;
const gap = 13;
/** The height of all flows, beside the gaps. */
const flowHeight = 260;

/**
 * What flows from a user to those who are recommended as a Sankey diagram: widths are weights. ECharts places nodes and
 * bands; the text, the links and the colours are our own, so that everybody in it is a link, and the style sheet may
 * darken it.
 */
export function drawFlow(flow: Flow, about: string): Html {
  const rows = Math.max(...[1, 2].map((column) => flow.nodes.filter((node) => node.column === column).length));
  const height = flowHeight + rows * gap;
  const { bands, boxes } = place(flow, height);
  return html`<div class="flow" role="group" aria-label="${about}"><svg viewBox="0 ${-margin} ${width + labels} ${height + 2 * margin}">
  <g class="bands">${flow.links.map(
    ({ title, isLeftOut }, i) =>
      html`<path${isLeftOut && html` class="left-out"`} d="${bands[i]}"><title>${title}</title></path>`,
  )}</g>
  ${flow.nodes.map((node, i) => drawNode(node, boxes[i] as Box))}
</svg></div>`;
}

function drawNode({ kind, label, title, userId }: FlowNode, { x, y, wide, high }: Box): Html {
  const drawn = html`<title>${title}</title><rect x="${x}" y="${y}" width="${wide}" height="${Math.max(high, 1)}" rx="2"/><text x="${x + wide + 6}" y="${y + high / 2}" dy="0.35em">${label}</text>`;
  if (userId === undefined) return html`<g class="node ${kind}">${drawn}</g>`;
  return html`<a class="node ${kind}" href="${userAddress(userId)}">${drawn}</a>`;
}

interface Box {
  x: number;
  y: number;
  wide: number;
  high: number;
}

/** ECharts' picture has a path for each band, in the order of the links, and then one for each node, in theirs. */
function place({ nodes, links }: Flow, height: number): { bands: string[]; boxes: Box[] } {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      series: {
        type: 'sankey',
        left: 0,
        right: 0,
        top: 0,
        bottom: 0,
        nodeGap: gap,
        nodeWidth: 12,
        layoutIterations: 0,
        label: { show: false },
        data: nodes.map(({ key, column }) => ({ name: key, depth: column })),
        links: links.map(({ from, to, weight }) => ({ source: from, target: to, value: weight })),
      },
    });
    const paths = [...chart.renderToSVGString().matchAll(/<path d="([^"]+)"[^>]* ecmeta_data_index=/g)];
    if (paths.length !== links.length + nodes.length) throw new Error('the picture lacks a band or a node');
    const drawn = paths.map(([, path = '']) => path);
    return { bands: drawn.slice(0, links.length), boxes: drawn.slice(links.length).map(boxOf) };
  } finally {
    chart.dispose();
  }
}

/** Of `M x y l wide 0 l 0 high …`. */
function boxOf(path: string): Box {
  const [x = 0, y = 0, wide = 0, , , high = 0] = (path.match(/-?[\d.]+(e-?\d+)?/g) ?? []).map(Number);
  return { x, y, wide, high };
}
