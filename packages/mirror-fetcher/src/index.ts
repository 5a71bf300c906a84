export {
  ConfigError,
  parseFetcherConfig,
  type FetcherConfig,
  type FetcherConfigInput,
} from './config/fetcher-config.ts';
