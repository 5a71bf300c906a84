import { seconds } from './stage.ts';
import type { Pull } from './node-pull.ts';

/** One pull of the run: what it was, how it went and what it cost the upstream. */
export interface PullRow {
  readonly title: string;
  readonly pull: Pull;
  readonly upstreamRequests: number;
}

export interface Findings {
  readonly pulls: readonly PullRow[];
  /** `Kind name`, one per object that the operator applied. */
  readonly objects: readonly string[];
  /** The line of the node's hosts file that names the mirror. */
  readonly hostsLine: string;
}

/** The table at the end of `npm start`, with a line end. */
export function report({ pulls, objects, hostsLine }: Findings): string {
  const rows = [
    ['', 'time', 'image', 'upstream requests'],
    ...pulls.map(({ title, pull, upstreamRequests }) => [
      title,
      seconds(pull.ms),
      `${(pull.bytes / 1e6).toFixed(1)} MB`,
      String(upstreamRequests),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return [
    ...lines,
    '',
    `objects applied      ${objects.length}: ${objects.join(', ')}`,
    `hosts line written   ${hostsLine.replace('\t', ' ')}`,
    '',
  ].join('\n');
}
