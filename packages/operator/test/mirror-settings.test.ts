import { imageswap } from '@entrepot/strategy-imageswap';
import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../src/configuration.ts';
import { mirrorSettings } from '../src/mirror-settings.ts';
import { givenSettings } from '../src/settings/given-settings.ts';
import { version } from '../src/version.ts';

async function configured(environment: Readonly<Record<string, string>>) {
  return readConfiguration(givenSettings({}, environment), '.');
}

describe('the images of a mirror', () => {
  test.each<{ title: string; given: Readonly<Record<string, string>>; images: Readonly<Record<string, string>> }>([
    {
      title: 'come from Docker Hub and the GitHub registry',
      given: {},
      images: { nginx: 'docker.io/nginx:1.30.6-alpine', nodeAgent: `ghcr.io/entrepot/node-agent:${version}` },
    },
    {
      title: 'DOCKER_REGISTRY is where nginx comes from',
      given: { DOCKER_REGISTRY: 'hub.example.com:5000/copies' },
      images: {
        nginx: 'hub.example.com:5000/copies/nginx:1.30.6-alpine',
        nodeAgent: `ghcr.io/entrepot/node-agent:${version}`,
      },
    },
    {
      title: 'NGINX_IMAGE says it all',
      given: { DOCKER_REGISTRY: 'hub.example.com', NGINX_IMAGE: 'nginx:mine' },
      images: { nginx: 'nginx:mine' },
    },
    {
      title: 'registry, repository and tag of the node agent are chosen one by one',
      given: { HOSTESS_DOCKER_REGISTRY: 'localhost:5000', HOSTESS_DOCKER_IMAGE: 'team/agent', HOSTESS_DOCKER_TAG: '2' },
      images: { nodeAgent: 'localhost:5000/team/agent:2' },
    },
    {
      title: 'NODE_AGENT_IMAGE says it all',
      given: { HOSTESS_DOCKER_REGISTRY: 'docker.io', NODE_AGENT_IMAGE: 'agent:mine' },
      images: { nodeAgent: 'agent:mine' },
    },
    {
      title: 'one of the three leaves the others as they are',
      given: { HOSTESS_DOCKER_REGISTRY: 'docker.io' },
      images: { nodeAgent: `docker.io/entrepot/node-agent:${version}` },
    },
  ])('$title', async ({ given, images }) => {
    expect(mirrorSettings((await configured(given)).settings).images).toMatchObject(images);
  });
});

test.each([
  { given: { NAMESPACE: 'mirrors' }, namespace: 'mirrors' },
  { given: { NAMESPACE: 'mirrors', IMAGESWAP_NAMESPACE: 'imageswap-system' }, namespace: 'imageswap-system' },
])('the map of ImageSwap is in IMAGESWAP_NAMESPACE, else in NAMESPACE: $namespace', async ({ given, namespace }) => {
  const { strategies } = await configured(given);
  const found = strategies.find(({ strategy }) => strategy.name === imageswap.name);
  expect(found?.settings).toMatchObject({ namespace, configMap: 'imageswap-maps' });
});
