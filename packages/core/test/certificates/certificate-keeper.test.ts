import { X509Certificate } from 'node:crypto';
import { Applier, type KubernetesObject, systemClock } from '@entrepot/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AuthorityKeeper } from '../../src/certificates/authority-keeper.ts';
import { createAuthority, type KeyPair } from '../../src/certificates/authority.ts';
import { CertificateKeeper, type CertificateOutcome } from '../../src/certificates/certificate-keeper.ts';
import { textsOf } from '../../src/certificates/secret-texts.ts';
import { fieldManager, Secret } from '../../src/index.ts';
import type { CertificateChoice } from '../../src/plan/certificate-choice.ts';
import { like } from '../support/matching.ts';
import { madeCertificate } from '../support/made-certificate.ts';
import { Cluster } from '../support/operator.ts';

const dayMs = 86_400_000;
const { signal } = new AbortController();
let cluster: Cluster;
/** It exists: what an owner that does not exist owns is collected as garbage. */
let mirror: KubernetesObject;
beforeEach(async () => {
  cluster = await Cluster.connect();
  mirror = await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
});
afterEach(async () => cluster.leave());

const serving = 'registry-mirror-quay-tls';
const choice = (...names: readonly string[]): CertificateChoice => ({
  source: 'own',
  secretName: serving,
  servingNames: names,
  names,
  isForNodes: true,
  isTentative: false,
});

/** Keeps certificates as if it were so many days from now. */
async function inDays(days: number, wanted = choice('mirror-quay.io')): Promise<CertificateOutcome> {
  const { client, namespace } = cluster;
  const applier = new Applier({ client, fieldManager, live: () => undefined });
  const clock = { ...systemClock, now: () => Date.now() + days * dayMs };
  const authority = new AuthorityKeeper(applier, namespace);
  return new CertificateKeeper({ client, applier, authority, namespace, clock }).ensure(mirror, wanted, signal);
}

async function texts(name: string): Promise<Readonly<Record<string, string>>> {
  const secret = await cluster.client.get(Secret, { namespace: cluster.namespace, name });
  return secret === undefined ? {} : textsOf(secret);
}

async function give(name: string, { certificate, key }: KeyPair): Promise<void> {
  const metadata = { namespace: cluster.namespace, name };
  const stringData = { 'tls.crt': certificate, 'tls.key': key };
  await cluster.client.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
}

async function served(): Promise<X509Certificate> {
  return new X509Certificate((await texts(serving))['tls.crt'] ?? '');
}

async function authorityKey(): Promise<X509Certificate['publicKey']> {
  return new X509Certificate((await texts('entrepot-ca'))['tls.crt'] ?? '').publicKey;
}

test('a certificate is made once, kept while it is good, and made anew after two thirds of its life, for which no node is asked', async () => {
  const first = await inDays(0);
  const made = await texts(serving);
  expect((await served()).subjectAltName).toBe('DNS:mirror-quay.io');

  expect((await inDays(240)).served).toEqual(first.served);
  expect(await texts(serving)).toEqual(made);

  const renewed = await inDays(245);
  expect(renewed.served?.notAfter.getTime()).toBeGreaterThan(first.served?.notAfter.getTime() ?? Infinity);
  const { 'tls.crt': certificate, 'tls.key': key, ...kept } = await texts(serving);
  expect(certificate).not.toBe(made['tls.crt']);
  expect(key).not.toBe(made['tls.key']);
  expect(kept).toEqual({ 'ca.crt': made['ca.crt'] });
});

test('a further name asks for another certificate of the same CA, which nodes have to trust first', async () => {
  await inDays(0);
  const authority = await texts('entrepot-ca');
  expect(await inDays(0, choice('mirror-quay.io', '10.0.0.7'))).toMatchObject({ isWaiting: true });
  expect((await served()).subjectAltName).toBe('DNS:mirror-quay.io');
  expect((await texts(serving))['ca.crt']?.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  expect(await texts('entrepot-ca')).toEqual(authority);
});

test('a name in place of the only one is served at once: nobody calls the mirror by the old one', async () => {
  await inDays(0);
  expect(await inDays(0, choice('mirror.example.org'))).toMatchObject({ isWaiting: false });
  expect((await served()).subjectAltName).toBe('DNS:mirror.example.org');
});

test('while a strategy cannot say its names, what is served stays', async () => {
  await inDays(0);
  const before = await texts(serving);
  const outcome = await inDays(300, { ...choice(), isTentative: true });
  expect(outcome).toMatchObject({ isWaiting: false });
  expect(await texts(serving)).toEqual(before);
});

test('what a user gives before its time is taken up when that has come, and not before', async () => {
  await inDays(0);
  const before = await texts(serving);
  const startsAt = Math.floor(Date.now() / 1000) * 1000 + 30 * dayMs;
  const future = await madeCertificate({ notBefore: startsAt, notAfter: startsAt + 365 * dayMs });
  await give('given', future);
  const given: CertificateChoice = {
    ...choice('mirror-quay.io'),
    source: 'user',
    givenSecret: 'given',
    givenBy: 'field',
  };
  const outcome = await inDays(0, given);
  expect(outcome).toMatchObject({ isWaiting: false, checkAt: startsAt, problem: { reason: 'CertificateNotYetValid' } });
  expect(outcome.served).not.toHaveProperty('flaw');
  expect(await texts(serving)).toEqual(before);
  expect(await inDays(31, given)).toMatchObject({ isWaiting: true });
  expect((await texts(serving))['ca.crt']).toContain(future.certificate);
});

test('what no client accepts is served where there is nothing else, and is replaced without waiting for nodes', async () => {
  await give('given', await madeCertificate({ usages: ['1.3.6.1.5.5.7.3.2'] }));
  const given: CertificateChoice = {
    ...choice('mirror-quay.io'),
    source: 'user',
    givenSecret: 'given',
    givenBy: 'field',
  };
  const flaw = { reason: 'CertificateUnusable' };
  expect(await inDays(0, given)).toMatchObject({ served: { flaw }, problem: flaw });
  const good = await madeCertificate();
  await give('other', good);
  expect(await inDays(0, { ...given, givenSecret: 'other' })).toMatchObject({ isWaiting: false, isHasty: false });
  expect((await texts(serving))['tls.crt']).toBe(good.certificate);
});

test('a pair that no server can be started with is made anew, though its first certificate is good', async () => {
  await inDays(0);
  const stringData = { 'tls.crt': `${(await texts(serving))['tls.crt']}-----BEGIN CERTIFICATE-----\n` };
  const key = { namespace: cluster.namespace, name: serving };
  await cluster.client.patch(Secret, key, { stringData }, { type: 'merge' });
  await inDays(0);
  expect((await texts(serving))['tls.crt']?.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
});

describe('the CA', () => {
  test('is kept for two thirds of its life, then made anew; what it signed is served until nodes trust the new one', async () => {
    await inDays(-2420);
    await inDays(0);
    const before = await authorityKey();
    const old = await served();
    expect(old.verify(before)).toBe(true);
    expect(await inDays(20)).toMatchObject({ isWaiting: true });
    const after = await authorityKey();
    expect(after.equals(before)).toBe(false);
    expect((await served()).raw.equals(old.raw)).toBe(true);
  });

  test('is made anew when its Secret is deleted; what is about to end does not wait for nodes then', async () => {
    await inDays(0);
    await cluster.client.delete(Secret, { namespace: cluster.namespace, name: 'entrepot-ca' });
    expect(await inDays(0)).toMatchObject({ isWaiting: true, isHasty: false });
    expect((await served()).verify(await authorityKey())).toBe(false);
    expect(await inDays(360)).toMatchObject({ isWaiting: false, isHasty: true });
    expect((await served()).verify(await authorityKey())).toBe(true);
  });

  test('of a user that is not valid yet signs nothing until it is; what was served before is kept', async () => {
    await inDays(0);
    const before = await texts(serving);
    const key = { namespace: cluster.namespace, name: 'entrepot-ca' };
    await cluster.client.delete(Secret, key);
    const startsAt = Math.floor(Date.now() / 1000) * 1000 + 30 * dayMs;
    await give(key.name, await madeCertificate({ isCA: true, notBefore: startsAt, notAfter: startsAt + 365 * dayMs }));
    const says =
      /^Secret test-\w+\/entrepot-ca: the CA is not valid before 20\d\d-.*; delete the Secret and a new one is made/;
    const problem = { reason: 'UnusableAuthority', message: like(says) };
    expect(await inDays(0)).toMatchObject({ isWaiting: false, problem, checkAt: startsAt });
    expect(await texts(serving)).toEqual(before);
    expect(await inDays(31)).toMatchObject({ isWaiting: true });
    // Where nothing is served, there is nothing to do but to wait.
    await cluster.client.delete(Secret, { namespace: cluster.namespace, name: serving });
    await expect(inDays(29)).rejects.toMatchObject({ name: 'WaitingError', reason: 'UnusableAuthority' });
  });

  test('of a user is used to its end, and not replaced', async () => {
    const { certificate, key } = await createAuthority(Date.now() - 3650 * dayMs - 10 * 60_000, 'CN=Ours');
    await give('entrepot-ca', { certificate, key });
    const end = /^Secret test-\w+\/entrepot-ca: the CA ended at 20\d\d-.*; delete the Secret and a new one is made/;
    await expect(inDays(0)).rejects.toThrow(end);
    expect((await inDays(-10)).served?.notAfter.toISOString()).toBe(
      new Date(new X509Certificate(certificate).validTo).toISOString(),
    );
    expect((await texts('entrepot-ca'))['tls.crt']).toBe(certificate);
    const after = await inDays(0);
    expect(after.problem?.message).toMatch(end);
  });
});

test('many mirrors at once get certificates of one CA', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const { client, namespace } = cluster;
  const applier = new Applier({ client, fieldManager, live: () => undefined });
  const keeper = new CertificateKeeper({
    client,
    applier,
    authority: new AuthorityKeeper(applier, namespace),
    namespace,
  });
  await Promise.all(names.map((name) => keeper.ensure(mirror, { ...choice(`${name}.io`), secretName: name }, signal)));
  const key = await authorityKey();
  for (const name of names) {
    const { 'tls.crt': certificate = '' } = await texts(name);
    expect(new X509Certificate(certificate).verify(key)).toBe(true);
  }
});
