import { strategyContract } from '@entrepot/testkit';
import { hostess } from '../src/hostess.ts';

strategyContract(() => hostess);
