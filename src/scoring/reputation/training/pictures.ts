import { several } from '../../../figures.ts';
import { drawLineChart } from '../../../pictures/line-chart.ts';
import type { CalibrationBin, RocPoint } from './metrics.ts';

/** So that the plot is about as wide as high. */
const width = 560;

/** The ROC curve as SVG: the share of good users found by the share of others mistaken for good. */
export function drawRoc(points: readonly RocPoint[], auc: number): string {
  return drawLineChart({
    title: `ROC on unseen users, AUC ${auc.toFixed(3)}`,
    x: { label: 'share of other users mistaken for good', text: String },
    y: { label: 'share of good users found', text: String },
    series: [{ name: 'the model', points: points.map((at) => [at.falsePositiveRate, at.truePositiveRate]) }],
    linearThrough: [1, 1],
    width,
  });
}

/** Calibration as SVG: on the diagonal, probabilities are right, for classes weighted 50:50. */
export function drawCalibration(bins: readonly CalibrationBin[]): string {
  return drawLineChart({
    title: 'Calibration on unseen weeks, classes 50:50',
    x: { label: 'probability', text: String },
    y: { label: 'share of good weeks', text: String },
    series: [
      {
        name: 'the model',
        points: bins.map(({ predicted, observed, count }) => [predicted, observed, several(count, 'week')]),
      },
    ],
    linearThrough: [1, 1],
    width,
  });
}
