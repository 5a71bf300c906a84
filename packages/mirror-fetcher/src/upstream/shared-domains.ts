/**
 * Domains whose names belong to different people, or to machines inside somebody's network: that two hosts are both
 * below one of them says nothing. The long list of such domains is https://publicsuffix.org; these are the ones that
 * registries, their storage, clusters and local networks use.
 */
const sharedDomains = new Set([
  // Registries and storage for rent.
  'amazonaws.com',
  'amazonaws.com.cn',
  'azurecr.cn',
  'azurecr.io',
  'backblazeb2.com',
  'cloudflarestorage.com',
  'digitaloceanspaces.com',
  'googleapis.com',
  'jfrog.io',
  'linodeobjects.com',
  'pkg.dev',
  'r2.dev',
  'scw.cloud',
  'wasabisys.com',
  'aliyuncs.com',
  'myhuaweicloud.com',
  'myqcloud.com',
  'oraclecloud.com',
  'ocir.io',
  // Content delivery and hosting.
  'akamaihd.net',
  'akamaized.net',
  'appspot.com',
  'azure.com',
  'azureedge.net',
  'azurefd.net',
  'azurewebsites.net',

  'b-cdn.net',
  'cloudapp.net',
  'cloudfront.net',
  'fastly.net',
  'fly.dev',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'netlify.app',
  'ngrok.app',
  'ngrok.dev',
  'ngrok.io',
  'ngrok-free.app',
  'ondigitalocean.app',
  'onrender.com',
  'pages.dev',
  'run.app',
  'trycloudflare.com',
  'vercel.app',
  'windows.net',
  'workers.dev',
  // Names that are whatever address stands in them, or whoever registers one.
  'nip.io',
  'sslip.io',
  'xip.io',
  'traefik.me',
  'localtest.me',
  'lvh.me',
  'duckdns.org',
  'dyndns.org',
  'no-ip.org',
]);

// Second levels under which countries register names: what is registered has three labels.
const countrySuffixes = /^(?:ac|co|com|edu|gov|net|or|org)\.[a-z]{2}$/;

// Inside a cluster or a local network: RFC 6761, RFC 6762, RFC 9476, and what networks use without asking anybody.
const privateTopLevels = new Set([
  'svc',
  'local',
  'localhost',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
]);

/**
 * The part of a host's name that one owner has registered.
 *
 * @returns undefined when the name tells no owner: single labels, Services of a cluster, private networks, shared domains.
 */
export function registeredDomain(host: string): string | undefined {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  if (labels.includes('svc') || privateTopLevels.has(labels.at(-1) ?? '')) return undefined;
  const length = countrySuffixes.test(labels.slice(-2).join('.')) ? 3 : 2;
  const domain = labels.slice(-length).join('.');
  return labels.length < length || sharedDomains.has(domain) ? undefined : domain;
}
