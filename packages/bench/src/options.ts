import { Command, InvalidArgumentError } from 'commander';

/** The numbers that can be asked for, and what each is about. */
export const numbers = {
  apply: 'mirrors applied at once: time, writes and reads, beside one request after the other; then a restart',
  fleet: 'many mirrors at rest: restart, memory, time from a change or a deletion to the object written',
  'cold-pull':
    'the first pull of an image through nginx and the fetcher, beside the same pull from the upstream itself',
  'hosts-line': 'time from a change of a Service to the line in a node’s hosts file',
} as const;

export type NumberName = keyof typeof numbers;

/** What `npm run bench` was asked for. */
export interface Options {
  readonly names: readonly NumberName[];
  /** Mirrors that are applied at once. */
  readonly mirrors: number;
  /** How often. */
  readonly rounds: number;
  /** Mirrors that are at rest. */
  readonly fleet: number;
  /** Size of the image that is pulled. */
  readonly megabytes: number;
  /** How many of those are disturbed, and how often a Service changes. */
  readonly samples: number;
}

const sizes = { mirrors: 200, rounds: 3, fleet: 2000, megabytes: 300, samples: 10 };
const quickSizes = { mirrors: 20, rounds: 1, fleet: 50, megabytes: 30, samples: 3 };

/** Reads the command line; prints help or a usage error and ends the process where that is due. */
export function parseOptions(argv: readonly string[]): Options {
  const about = Object.entries(numbers).map(([name, meaning]) => `  ${name.padEnd(12)} ${meaning}`);
  const command = new Command('npm run bench --')
    .description(
      'Measures the real operator and the real node agent beside a real API server and etcd. Counts come from the API\n' +
        `server's audit log. Without a name, everything is measured; that takes some minutes.\n\nNumbers:\n${about.join('\n')}\n\n` +
        'Pulls on a real cluster are measured by `npm run bench -- cluster`, which has options of its own (--help).',
    )
    .argument('[numbers...]', 'which numbers', numberName)
    .option('--quick', 'small sizes: to see that it works; times say little then', false)
    .option('--mirrors <n>', `mirrors applied at once (default: ${sizes.mirrors})`, count)
    .option('--rounds <n>', `how often they are, and how many images are pulled (default: ${sizes.rounds})`, count)
    .option('--fleet <n>', `mirrors at rest (default: ${sizes.fleet})`, count)
    .option('--megabytes <n>', `size of the image that is pulled (default: ${sizes.megabytes})`, count)
    .option('--samples <n>', `changes, one after the other (default: ${sizes.samples})`, count)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  let names = allNumbers;
  command
    .action((asked: readonly NumberName[] = allNumbers) => {
      names = asked;
    })
    .parse([...argv]);
  const { quick, ...given } = command.opts<{ quick: boolean } & Partial<typeof sizes>>();
  return { ...(quick ? quickSizes : sizes), ...given, names };
}

const allNumbers: readonly NumberName[] = ['apply', 'fleet', 'hosts-line', 'cold-pull'];

function numberName(text: string, before: readonly NumberName[] = []): readonly NumberName[] {
  const name = allNumbers.find((known) => known === text);
  if (name === undefined) throw new InvalidArgumentError(`There are ${allNumbers.join(', ')}.`);
  return [...before, name];
}

function count(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}
