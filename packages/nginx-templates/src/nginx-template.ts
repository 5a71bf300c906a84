import { defineTemplate } from '@entrepot/core';
import { checkedInput } from './checked-input.ts';
import { fetcherConfig } from './fetcher-config.ts';
import { nginxConfig } from './nginx-config.ts';
import { nginxOptions, type NginxOptions } from './options.ts';

/**
 * The template `nginx`: `default.conf` for nginx 1.22 and later, and `fetcher.json` for the fetcher beside it.
 *
 * `render` throws an Error that names the field when a value could break out of the place it is written to.
 *
 * ```ts
 * const { files } = nginxTemplate.render(input, nginxTemplate.options.parse({ workerProcesses: 4 }));
 * ```
 */
export const nginxTemplate = defineTemplate<NginxOptions>({
  name: 'nginx',
  options: nginxOptions,
  render(input, options) {
    const checked = checkedInput(input);
    return {
      files: {
        'default.conf': nginxConfig(checked, options),
        'fetcher.json': `${JSON.stringify(fetcherConfig(checked, options), null, 2)}\n`,
      },
    };
  },
});
