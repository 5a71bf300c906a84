import { strategyContract } from '@entrepot/testkit';
import { imageswap } from '../src/imageswap.ts';

strategyContract(() => imageswap, { settings: { namespace: 'imageswap-system' } });
