export { nginxTemplate } from './nginx-template.ts';
export { nginxOptions, type NginxOptions } from './options.ts';
