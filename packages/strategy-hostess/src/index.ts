export { hostess, hostess as default } from './hostess.ts';
