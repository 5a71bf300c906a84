import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The machine's nginx, wherever its package puts it. Rejects with what to do when there is none. */
export async function nginxProgram(): Promise<string> {
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin:/usr/local/nginx/sbin` };
  try {
    const { stdout } = await promisify(execFile)('sh', ['-c', 'command -v nginx'], { env });
    return stdout.trim();
  } catch (error) {
    throw new Error('nginx is not installed: install it with your package manager (Debian: apt-get install nginx)', {
      cause: error,
    });
  }
}
