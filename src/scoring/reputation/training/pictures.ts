import { several } from '../../../figures.ts';
import type { CalibrationBin, RocPoint } from './metrics.ts';

const size = 420;
const margin = 56;
const side = size - 2 * margin;

/** The ROC curve as SVG: the share of good users found by the share of others mistaken for good. */
export function drawRoc(points: readonly RocPoint[], auc: number): string {
  const corners = points.map(({ falsePositiveRate, truePositiveRate }) => place(falsePositiveRate, truePositiveRate));
  return chart(
    `ROC on unseen users, AUC ${auc.toFixed(3)}`,
    'share of other users mistaken for good',
    'share of good users found',
    `<polyline points="${corners.join(' ')}" fill="none" stroke="#2458b8" stroke-width="2"/>`,
  );
}

/** Calibration as SVG: on the diagonal, probabilities are right, for classes weighted 50:50. */
export function drawCalibration(bins: readonly CalibrationBin[]): string {
  const corners = bins.map(({ predicted, observed }) => place(predicted, observed));
  const dots = bins.map(({ predicted, observed, count }) => {
    const [x, y] = place(predicted, observed).split(',');
    return `<circle cx="${x}" cy="${y}" r="4" fill="#2458b8"><title>${several(count, 'week')}</title></circle>`;
  });
  return chart(
    'Calibration on unseen weeks, classes 50:50',
    'probability',
    'share of good weeks',
    `<polyline points="${corners.join(' ')}" fill="none" stroke="#2458b8" stroke-width="1"/>\n  ${dots.join('\n  ')}`,
  );
}

function chart(title: string, across: string, up: string, curve: string): string {
  const [left, bottom, end] = [margin, size - margin, size - margin];
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((value) => {
    const [x, y] = place(value, value).split(',');
    return (
      `<text x="${x}" y="${bottom + 18}" text-anchor="middle">${value}</text>\n  ` +
      `<text x="${left - 8}" y="${Number(y) + 4}" text-anchor="end">${value}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}" font-family="sans-serif" font-size="12" fill="#333">
  <title>${title}</title>
  <rect width="${size}" height="${size}" fill="#fff"/>
  <text x="${size / 2}" y="28" text-anchor="middle" font-size="15">${title}</text>
  <rect x="${left}" y="${margin}" width="${side}" height="${side}" fill="none" stroke="#999"/>
  <line x1="${left}" y1="${bottom}" x2="${end}" y2="${margin}" stroke="#bbb" stroke-dasharray="4 4"/>
  ${curve}
  ${ticks.join('\n  ')}
  <text x="${size / 2}" y="${size - 16}" text-anchor="middle">${across}</text>
  <text x="16" y="${size / 2}" text-anchor="middle" transform="rotate(-90 16 ${size / 2})">${up}</text>
</svg>
`;
}

/** The position of a point of the unit square in the picture. */
function place(across: number, up: number): string {
  return `${(margin + across * side).toFixed(1)},${(size - margin - up * side).toFixed(1)}`;
}
