import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { factsOf, type ReadPair } from './serving-certificate.ts';

/** A pair that a server can be started with; or why there is none, as a reason for a condition and a sentence. */
export type PairReading =
  { readonly pair: ReadPair } | { readonly problem: { readonly reason: string; readonly message: string } };

/** Shorter ones are refused at OpenSSL's security level 2, which is the default of many builds, and by Go. */
const leastRSABits = 2048;
const blockStart = /^-----BEGIN (.+?)-----[^\S\n]*$/gm;
const wholeBlock = /^-----BEGIN (.+)-----\s+(?:\S+: .*\n)*[\w+/=\s]*-----END \1-----/;
const certificateLabels: ReadonlySet<string | undefined> = new Set([
  'CERTIFICATE',
  'TRUSTED CERTIFICATE',
  'X509 CERTIFICATE',
]);
const weakSignature = /(md5|sha1)(with|$)/i;

/**
 * Reads the pair in the data of a Secret, as nginx does: the first certificate is the server's, those after it are sent along,
 * and whatever cannot be read among them ends a server's start. Of keys, the first counts; EC parameters may come before it.
 */
export function readPair(texts: Readonly<Record<string, string>>): PairReading {
  const { 'tls.crt': certificate = '', 'tls.key': key = '' } = texts;
  const blocks = blocksOf(certificate);
  if (!blocks.some(isCertificate)) return missing('tls.crt holds no certificate');
  for (const [index, block] of blocks.entries()) {
    const flaw = flawOfBlock(block);
    if (flaw !== undefined) return unusable(`tls.crt holds ${flaw} (block ${index + 1})`);
  }
  const privateKey = parsed(() => createPrivateKey(key));
  if (privateKey === undefined) return withoutKey(key);
  const served = new X509Certificate(certificate);
  if (!served.checkPrivateKey(privateKey)) return unusable('tls.key is not the key of the certificate in tls.crt');
  return { pair: { certificate, key, facts: factsOf(served) } };
}

interface PemBlock {
  readonly label: string | undefined;
  readonly text: string;
}

/** Whatever stands between blocks is passed over by all readers. */
function blocksOf(text: string): readonly PemBlock[] {
  const starts = [...text.matchAll(blockStart)];
  return starts.map(({ 1: label, index }, at) => ({ label, text: text.slice(index, starts[at + 1]?.index) }));
}

function isCertificate({ label }: PemBlock): boolean {
  return certificateLabels.has(label);
}

function flawOfBlock(block: PemBlock): string | undefined {
  if (!isCertificate(block)) return wholeBlock.test(block.text) ? undefined : 'something that cannot be read';
  const found = parsed(() => {
    const certificate = new X509Certificate(block.text);
    return { certificate, publicKey: certificate.publicKey };
  });
  if (found === undefined) return 'a certificate that cannot be read';
  const bits = rsaBits(found.publicKey);
  if (bits < leastRSABits) {
    return `a certificate with an RSA key of ${bits} bits, where servers and clients want at least ${leastRSABits}`;
  }
  const { subject, issuer, signatureAlgorithm = '' } = found.certificate;
  // Nobody looks at the signature of one that signed itself.
  const isWeak = subject !== issuer && weakSignature.test(signatureAlgorithm);
  return isWeak ? `a certificate signed by ${signatureAlgorithm}, which servers and clients refuse` : undefined;
}

function rsaBits({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): number {
  return asymmetricKeyType === 'rsa' ? (asymmetricKeyDetails?.modulusLength ?? 0) : Infinity;
}

function withoutKey(text: string): PairReading {
  if (!text.includes('PRIVATE KEY-----')) return missing('tls.key holds no private key');
  const isEncrypted = /ENCRYPTED/.test(text);
  return unusable(isEncrypted ? 'tls.key is encrypted, and servers know no passphrase' : 'tls.key cannot be read');
}

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function missing(message: string): PairReading {
  return { problem: { reason: 'CertificateMissing', message } };
}

function unusable(message: string): PairReading {
  return { problem: { reason: 'CertificateUnusable', message } };
}
