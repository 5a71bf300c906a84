import type { Pod } from './pod.ts';

/** What a pod's `fieldRef` stands for (the paths that the API allows in environment variables and downward API files). */
export function podField(pod: Pod, fieldPath: string): string {
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath);
  if (subscript !== null) {
    const { labels, annotations } = pod.metadata;
    return (subscript[1] === 'labels' ? labels : annotations)?.[subscript[2] ?? ''] ?? '';
  }
  switch (fieldPath) {
    case 'metadata.name':
      return pod.metadata.name;
    case 'metadata.namespace':
      return pod.metadata.namespace ?? '';
    case 'metadata.uid':
      return pod.metadata.uid ?? '';
    case 'spec.nodeName':
      return pod.spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? '';
    case 'status.podIP':
    case 'status.podIPs':
      return text(pod.status?.['podIP']);
    case 'status.hostIP':
    case 'status.hostIPs':
      return text(pod.status?.['hostIP']);
    default:
      throw new Error(`the field ${fieldPath} is not known here`);
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
