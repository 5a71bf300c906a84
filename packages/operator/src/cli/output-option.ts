import { Option } from 'commander';
import { outputFormats } from '../output.ts';

/** `-o yaml|json` */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'format of the output').choices(outputFormats).default('yaml');
}
