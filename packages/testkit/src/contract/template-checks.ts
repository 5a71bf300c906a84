import { asTemplate, type ConfigTemplate, type RenderedConfig, type TemplateInput } from '@entrepot/core';
import { demand, frozen, isJSON, messageOf, type Check } from './check.ts';
import { firstDifference } from './first-difference.ts';
import { inRenderedFolder, nginxComplaints } from './rendered-folder.ts';
import { sampleInputs } from './sample-inputs.ts';

/** A template under test, with options as its users would write them, parsed. */
export interface TemplateSubject {
  readonly template: ConfigTemplate;
  readonly options: unknown;
}

/** The rules of the template contract. */
export const templateContractChecks: readonly Check<TemplateSubject>[] = [
  {
    name: 'has all members of the contract',
    run({ template }) {
      try {
        asTemplate(template, `template ${template.name}`);
      } catch (error) {
        throw new Error(
          `${messageOf(error)}; make it with defineTemplate() of the @entrepot/core that it is tested with`,
          { cause: error },
        );
      }
    },
  },
  {
    name: 'renders the same twice',
    run: eachSample((first, { subject, input, title }) => {
      const where = firstDifference(first, render(subject, input, title));
      demand(
        where === undefined,
        `two renderings of ${title} differ: ${where}; use no clock, no randomness and no state of your own in render()`,
      );
    }),
  },
  {
    name: 'renders both files, and no empty one',
    run: eachSample(({ files }, { title }) => {
      for (const name of ['default.conf', 'fetcher.json']) {
        demand(name in files, `${title}: files['${name}'] is missing; it becomes a key of the mirror's Secret`);
      }
      for (const [name, text] of Object.entries(files))
        demand(text.trim() !== '', `${title}: files['${name}'] is empty`);
    }),
  },
  {
    name: 'renders nothing that JSON cannot hold',
    run: eachSample((config, { title }) => demand(isJSON(config), `${title}: files must map names to texts`)),
  },
  {
    name: 'renders file names that a Secret can hold',
    run: eachSample(({ files }, { title }) => {
      const wrong = Object.keys(files).filter((name) => !/^[-._a-zA-Z0-9]{1,253}$/.test(name));
      demand(
        wrong.length === 0,
        `${title}: '${wrong.join("', '")}' cannot be a key of a Secret; use letters, digits, - _ .`,
      );
    }),
  },
  {
    name: 'renders fetcher.json as JSON',
    run: eachSample(({ files }, { title }) => {
      try {
        JSON.parse(files['fetcher.json'] ?? '');
      } catch (error) {
        throw new Error(`${title}: fetcher.json is no JSON; make it by JSON.stringify()`, { cause: error });
      }
    }),
  },
  {
    name: 'renders paths below the working directory only',
    run: eachSample(({ files }, { title, input: { layout } }) => {
      const absolute = [layout.store, layout.sockets, layout.servingCertificate].find((path) =>
        Object.values(files).some((text) => text.includes(` /${path}`) || text.includes(`"/${path}`)),
      );
      demand(absolute === undefined, `${title}: '/${absolute}' is absolute; write layout's relative paths as they are`);
    }),
  },
  {
    name: 'renders a default.conf that nginx accepts',
    run: eachSample(async (config, { title, input: { layout } }) => {
      const complaints = await inRenderedFolder(config, layout, (root) => nginxComplaints(root, layout));
      demand(complaints === '', `${title}: nginx -t says ${complaints}`);
    }),
  },
];

interface Sample {
  readonly subject: TemplateSubject;
  readonly title: string;
  readonly input: TemplateInput;
}

function eachSample(judge: (config: RenderedConfig, sample: Sample) => void | Promise<void>) {
  return async (subject: TemplateSubject): Promise<void> => {
    for (const [title, input] of sampleInputs) await judge(render(subject, input, title), { subject, title, input });
  };
}

/** All that the template gets is frozen: one that writes to its input fails. */
function render({ template, options }: TemplateSubject, input: TemplateInput, title: string): RenderedConfig {
  try {
    return template.render(input, frozen(options));
  } catch (error) {
    throw new Error(
      `render() throws '${messageOf(error)}' for ${title}; render every input that its types allow, and refuse options in their schema`,
      { cause: error },
    );
  }
}
