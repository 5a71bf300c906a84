export { imageswap, imageswap as default } from './imageswap.ts';
export { imageswapSettings, type ImageswapSettings } from './settings.ts';
