const program = (script: string): readonly string[] => [process.execPath, '--eval', script];

/** `<folder> <port>`: serves the files of the folder, says who it is, and notes its start in /data. */
export const fileServer = program(`
  const fs = require('node:fs');
  const [, folder, port] = process.argv;
  fs.appendFileSync('/data/starts', process.env.POD_NAME + '\\n');
  const who = { uid: process.getuid(), greeting: process.env.GREETING, pid: process.pid };
  require('node:http').createServer((request, response) => {
    if (request.url === '/who') response.end(JSON.stringify(who));
    else if (request.url === '/write') fs.writeFile('/etc/new', '', (error) => response.end(error?.code));
    else response.end(fs.readFileSync(folder + request.url));
  }).listen(Number(port), '127.0.0.1');
  process.on('SIGTERM', () => process.exit(0));
`);

/** Asks the API server who it is by its own token, leaves the answer in /node, and removes it at the end. */
export const agent = program(`
  const fs = require('node:fs');
  const account = '/var/run/secrets/kubernetes.io/serviceaccount';
  process.on('SIGTERM', () => {
    fs.rmSync('/node/answer');
    process.exit(0);
  });
  const request = require('node:https').request({
    host: process.env.KUBERNETES_SERVICE_HOST,
    port: process.env.KUBERNETES_SERVICE_PORT,
    ca: fs.readFileSync(account + '/ca.crt'),
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    headers: { authorization: 'Bearer ' + fs.readFileSync(account + '/token'), 'content-type': 'application/json' },
  }, (response) => response.pipe(fs.createWriteStream('/node/answer')));
  request.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }));
  setInterval(() => {}, 1000);
`);

/** Leaves its process id in /shared and a process in the background, and exits with 7 when it is told to by SIGHUP. */
export const told: readonly string[] = [
  '/bin/sh',
  '-c',
  "trap 'exit 7' HUP; sleep 86399 & echo $$ > /shared/pid; while :; do sleep 0.1; done",
];

/** Tells the program above, once. */
export const teller: readonly string[] = [
  '/bin/sh',
  '-c',
  'until kill -s HUP "$(cat /shared/pid)"; do sleep 0.1; done; exec sleep infinity',
];
