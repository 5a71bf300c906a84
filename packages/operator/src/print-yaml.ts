import { stringify } from 'yaml';

/** A YAML document that Kubernetes' programs and Helm read as it is meant: theirs is YAML 1.1, where `yes` is no text. */
export function printYaml(document: object): string {
  return stringify(document, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
