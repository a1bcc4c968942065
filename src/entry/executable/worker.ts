/** A thread of `verify --jobs` in the single executable. */
import { runAsset } from './assets.ts';

runAsset('worker');
