import { describe, mergeTextBlock, textBlockProblem } from '@entrepot/kube';
import { demand, type Check } from './check.ts';
import {
  configMapsWith,
  isReferenced,
  objectsOf,
  planFor,
  textBlocksOf,
  type StrategySubject,
} from './strategy-subject.ts';
import { optionsHolding } from './options-holding.ts';
import { sampleMirrors } from './sample-mirrors.ts';

const foreignText = '# written by hand\nkey: value\n';

/** The rules for blocks inside texts that others edit too. */
export const textBlockChecks: readonly Check<StrategySubject>[] = [
  {
    name: 'plans no object that it observes as somebody else’s',
    run(subject) {
      const { strategy, settings } = subject;
      for (const reference of strategy.observes?.(settings) ?? []) {
        const own = objectsOf(planFor(subject)).find((object) => isReferenced(object, reference));
        demand(
          own === undefined,
          `${own && describe(own)} is planned as a whole, though observes() names it as an object of others, whose part would be lost or in the way; plan a text block for your lines, or an object with another name`,
        );
      }
    },
  },
  {
    name: 'plans text blocks of whole lines, each under a marker of its own',
    run(subject) {
      const blocks = textBlocksOf(planFor(subject));
      const places = blocks.map(({ configMap, key, marker }) =>
        [configMap.namespace, configMap.name, key, marker].join('/'),
      );
      const twice = places.filter((place, at) => places.indexOf(place) !== at);
      demand(
        twice.length === 0,
        `two text blocks share one place and marker: ${twice.join(', ')}; join them or rename one`,
      );
      for (const { marker, content } of blocks) {
        demand(content === '' || content.endsWith('\n'), `the content of block ${marker} must end with a newline`);
        demand(/^[\w.-]+$/.test(marker), `marker '${marker}' must be one word`);
        demand(
          !/^# entrepot (begin|end) /m.test(content),
          `the content of block ${marker} must not hold marker lines; they are added`,
        );
      }
    },
  },
  {
    name: 'keeps marker lines that are hidden in options out of its blocks',
    run(subject) {
      for (const { marker } of textBlocksOf(planFor(subject))) {
        const hidden = `a\n# entrepot end ${marker}\nb`;
        for (const [option, options] of optionsHolding(subject, hidden)) {
          const problem = textBlocksOf(planFor({ ...subject, options }))
            .map((block) => textBlockProblem(block.marker, block.content))
            .find((found) => found !== undefined);
          demand(
            problem === undefined,
            `${problem}, when option ${option} is ${JSON.stringify(hidden)}; let the schema of options refuse newlines: z.string().regex(/^.+$/)`,
          );
        }
      }
    },
  },
  {
    name: "keeps another writer's text around its blocks",
    run(subject) {
      const foreign = configMapsWith(
        textBlocksOf(planFor(subject)).map((block) => ({ ...block, content: '' })),
        foreignText,
      );
      for (const { marker, content } of textBlocksOf(planFor(subject, sampleMirrors, foreign))) {
        const merged = mergeTextBlock(foreignText, marker, content);
        demand(merged.startsWith(foreignText), `block ${marker} moves the text of others`);
        demand(
          mergeTextBlock(merged, marker, '') === foreignText,
          `block ${marker} leaves something behind when it is removed`,
        );
        demand(
          !content.includes('written by hand'),
          `block ${marker} copies the text of others into itself; plan your own lines only`,
        );
      }
    },
  },
];
