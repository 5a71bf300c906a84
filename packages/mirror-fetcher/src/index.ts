export { systemClock, type Clock } from './clock.ts';
export {
  ConfigError,
  parseFetcherConfig,
  type FetcherConfig,
  type FetcherConfigInput,
} from './config/fetcher-config.ts';
export { startFetcher, type Fetcher, type FetcherOptions } from './fetcher.ts';
export { sliceFile, type SliceCacheLayout } from './fill/slice-cache.ts';
export { jsonLog, silentLog, type Log } from './log.ts';
export type { Timeouts } from './upstream/exchange.ts';
