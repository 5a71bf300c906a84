import { templateContract } from '@entrepot/testkit';
import { nginxTemplate } from '../src/index.ts';

templateContract(() => nginxTemplate);
