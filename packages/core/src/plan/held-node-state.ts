import { posix } from 'node:path';
import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
