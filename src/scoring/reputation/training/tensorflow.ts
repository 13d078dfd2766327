import { createRequire } from 'node:module';
import './util-before-23.mjs';

// The library reads these while it loads, and an import would load it before any line of this file.
// oneDNN's kernels are a quarter faster; level 2 hides notes such as which instructions the machine has.
process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

/**
 * TensorFlow.js on its native backend. Importing this file loads a library of 600 MB, so only code that trains
 * should.
 */
export const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof import('@tensorflow/tfjs-node');

export type Tensor = import('@tensorflow/tfjs-node').Tensor;
export type Tensor1D = import('@tensorflow/tfjs-node').Tensor1D;
export type Tensor2D = import('@tensorflow/tfjs-node').Tensor2D;
export type Tensor3D = import('@tensorflow/tfjs-node').Tensor3D;
