/** The selector of what has all these labels, for `labelSelector` of a list. */
export function labelSelector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map((label) => label.join('='))
    .join(',');
}
